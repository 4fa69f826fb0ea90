using System.Runtime.CompilerServices;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas;

/// <summary>Finds replicas by what they look like: a folder <c>generations</c> with a generation that has a snapshot or WAL of the replica format. No
/// configuration is needed, and nothing but names is read.</summary>
/// <param name="root">Where to search; stays open.</param>
public sealed class ReplicaFinder(IReplicaClient root)
{
    /// <summary>Searches in order of the names.</summary>
    /// <param name="depth">How many folders below the root a replica may be; 0 for the root alone.</param>
    /// <param name="failed">Is told of a folder that can't be listed; the search goes on with the next one.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="LitestreamException">The root can't be listed.</exception>
    public async IAsyncEnumerable<FoundReplica> FindAsync(
        int depth, Action<LitestreamException> failed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(failed);
        var waiting = new Stack<(string Prefix, int Depth)>([("", 0)]);
        while (waiting.TryPop(out var place))
        {
            List<string> folders = [];
            var generations = 0;
            try
            {
                await foreach (var folder in root.ListFoldersAsync(place.Prefix, cancellationToken).ConfigureAwait(false)) folders.Add(folder);
                if (folders.Contains(ObjectKey.Generations.TrimEnd('/')))
                    generations = await CountGenerationsAsync(place.Prefix, cancellationToken).ConfigureAwait(false);
            }
            catch (LitestreamException e) when (place.Prefix.Length > 0)
            {
                failed(e);
                continue;
            }

            if (generations > 0) yield return new(UrlOf(place.Prefix), place.Prefix.TrimEnd('/'), generations);
            if (place.Depth >= depth) continue;
            var below = folders.Where(f => !IsMetadata(f) && (generations == 0 || f != ObjectKey.Generations.TrimEnd('/')));
            foreach (var folder in below.Reverse()) waiting.Push(($"{place.Prefix}{folder}/", place.Depth + 1));
        }
    }

    private string UrlOf(string prefix) => prefix.Length == 0 ? root.Url : $"{root.Url.TrimEnd('/')}/{prefix.TrimEnd('/')}";

    private async Task<int> CountGenerationsAsync(string prefix, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var name in root.ListFoldersAsync(prefix + ObjectKey.Generations, cancellationToken).ConfigureAwait(false))
        {
            if (GenerationId.TryParse(name, out var id) && await HoldsAnythingAsync(prefix, id, cancellationToken).ConfigureAwait(false)) count++;
        }

        return count;
    }

    private async Task<bool> HoldsAnythingAsync(string prefix, GenerationId generation, CancellationToken cancellationToken)
    {
        await foreach (var item in root.ListObjectsAsync(prefix + ObjectKey.Snapshots(generation), cancellationToken).ConfigureAwait(false))
        {
            if (ObjectKey.TryParseSnapshot(NameOf(item), out _)) return true;
        }

        await foreach (var item in root.ListObjectsAsync(prefix + ObjectKey.Wal(generation), cancellationToken).ConfigureAwait(false))
        {
            if (ObjectKey.TryParseSegment(NameOf(item), out _)) return true;
        }

        return false;
    }

    // what Litestream and this module keep beside a database is no replica of it
    private static bool IsMetadata(string folder) =>
        folder.StartsWith('.') && (folder.EndsWith("-litestream", StringComparison.Ordinal) || folder.EndsWith("-litestream-ps", StringComparison.Ordinal));

    private static ReadOnlySpan<char> NameOf(ReplicaObject item) => item.Key.AsSpan(item.Key.LastIndexOf('/') + 1);
}
