using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Completion;

/// <summary>Generations of a replica in a folder, the one with the newest snapshot first. WAL segments are not looked at: there may be very many.</summary>
internal sealed class GenerationCompleter : FolderCompleter
{
    private protected override async Task<IReadOnlyList<CompletionCandidate>> FindAsync(
        IReplicaClient client, TypedParameters typed, CancellationToken cancellationToken)
    {
        var found = new List<(DateTimeOffset? Newest, CompletionCandidate Candidate)>();
        await foreach (var name in client.ListFoldersAsync(ObjectKey.Generations, cancellationToken).ConfigureAwait(false))
        {
            if (!GenerationId.TryParse(name, out var id)) continue;
            DateTimeOffset? newest = null;
            await foreach (var snapshot in client.ListObjectsAsync(ObjectKey.Snapshots(id), cancellationToken).ConfigureAwait(false))
                if (!(snapshot.Time <= newest)) newest = snapshot.Time;
            found.Add((newest, new(name, newest is null ? "no snapshot" : $"last snapshot {_Format.Time(newest)} UTC")));
        }

        return [.. found.OrderByDescending(f => f.Newest).Select(f => f.Candidate)];
    }
}
