using System.Globalization;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Completion;

/// <summary>WAL indexes of a generation of a replica in a folder, the newest first. Without -Generation only where the replica has just one.</summary>
internal sealed class IndexCompleter : FolderCompleter
{
    private const string Generation = "Generation";

    private protected override async Task<IReadOnlyList<CompletionCandidate>> FindAsync(
        IReplicaClient client, TypedParameters typed, CancellationToken cancellationToken)
    {
        var id = GenerationId.TryParse(typed.Find<string>(Generation), out var given) ? given : await OnlyOneAsync(client, cancellationToken).ConfigureAwait(false);
        if (id is null || await new ReplicaCatalog(client).ReadGenerationAsync(id.Value, cancellationToken).ConfigureAwait(false) is not { } generation)
            return [];
        var snapshots = generation.Snapshots.Select(s => s.Index).ToHashSet();
        return
        [
            .. generation.Snapshots.Select(s => (s.Index, s.CreatedAt))
                .Concat(generation.Segments.Select(s => (s.Start.Index, s.CreatedAt)))
                .GroupBy(o => o.Index, o => o.CreatedAt)
                .OrderByDescending(g => g.Key)
                .Select(g => new CompletionCandidate(
                    g.Key.ToString(CultureInfo.InvariantCulture),
                    $"{(snapshots.Contains(g.Key) ? "snapshot, " : "")}{_Format.Time(g.Min())} to {_Format.Time(g.Max())} UTC")),
        ];
    }

    private static async Task<GenerationId?> OnlyOneAsync(IReplicaClient client, CancellationToken cancellationToken)
    {
        GenerationId? only = null;
        await foreach (var name in client.ListFoldersAsync(ObjectKey.Generations, cancellationToken).ConfigureAwait(false))
        {
            if (!GenerationId.TryParse(name, out var id)) continue;
            if (only is not null) return null;
            only = id;
        }

        return only;
    }
}
