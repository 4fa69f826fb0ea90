using System.Globalization;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Completion;

/// <summary>WAL indexes of a generation of replicas in folders, the newest first. Without -Generation only where there is just one.</summary>
internal sealed class IndexCompleter : ReplicaCompleter
{
    private const string Generation = "Generation";

    private protected override async Task<IReadOnlyList<CompletionCandidate>> FindAsync(
        IReadOnlyList<KnownReplica> replicas, TypedParameters typed, CancellationToken cancellationToken)
    {
        var folders = replicas.Select(r => r.Folder).OfType<string>().ToList();
        var id = GenerationId.TryParse(typed.Find<string>(Generation), out var given) ? given : await FindOnlyOneAsync(folders, cancellationToken).ConfigureAwait(false);
        if (id is null) return [];
        var (snapshots, objects) = (new HashSet<int>(), new List<(int Index, DateTimeOffset CreatedAt)>());
        foreach (var folder in folders)
        {
            if (await TryReadAsync(folder, ReadAsync).ConfigureAwait(false) is not { } generation) continue;
            snapshots.UnionWith(generation.Snapshots.Select(s => s.Index));
            objects.AddRange(generation.Snapshots.Select(s => (s.Index, s.CreatedAt)).Concat(generation.Segments.Select(s => (s.Start.Index, s.CreatedAt))));
        }

        return
        [
            .. objects.GroupBy(o => o.Index, o => o.CreatedAt)
                .OrderByDescending(g => g.Key)
                .Select(g => new CompletionCandidate(
                    g.Key.ToString(CultureInfo.InvariantCulture),
                    $"{(snapshots.Contains(g.Key) ? "snapshot, " : "")}{_Format.Time(g.Min())} to {_Format.Time(g.Max())} UTC")),
        ];

        Task<GenerationInfo?> ReadAsync(IReplicaClient client) => new ReplicaCatalog(client).ReadGenerationAsync(id.Value, cancellationToken);
    }

    private static async Task<GenerationId?> FindOnlyOneAsync(List<string> folders, CancellationToken cancellationToken)
    {
        var found = new HashSet<GenerationId>();
        foreach (var folder in folders)
            if (await TryReadAsync(folder, client => ListAsync(client, cancellationToken)).ConfigureAwait(false) is { } listed) found.UnionWith(listed);
        return found.Count == 1 ? found.Single() : null;
    }

    private static async Task<List<GenerationId>?> ListAsync(IReplicaClient client, CancellationToken cancellationToken)
    {
        var found = new List<GenerationId>();
        await foreach (var name in client.ListFoldersAsync(ObjectKey.Generations, cancellationToken).ConfigureAwait(false))
            if (GenerationId.TryParse(name, out var id)) found.Add(id);
        return found;
    }
}
