using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Completion;

/// <summary>Generations of replicas in folders, the one with the newest snapshot first. WAL segments are not looked at: there may be very many. Of a replica
/// in a store, the one that the database is in, where it is of this machine.</summary>
internal sealed class GenerationCompleter : ReplicaCompleter
{
    private protected override async Task<IReadOnlyList<CompletionCandidate>> FindAsync(
        IReadOnlyList<KnownReplica> replicas, TypedParameters typed, CancellationToken cancellationToken)
    {
        var found = new List<(GenerationId Id, DateTimeOffset? Newest, string Text)>();
        foreach (var (name, folder, present) in replicas)
        {
            var begin = name.Length > 0 ? name + ": " : "";
            if (present is { } id) found.Add((id, null, begin + "the database is in it now"));
            if (folder is null || await TryReadAsync(folder, client => ListAsync(client, cancellationToken)).ConfigureAwait(false) is not { } listed) continue;
            found.AddRange(listed.Select(g => (g.Id, g.Newest, begin + (g.Newest is null ? "no snapshot" : $"last snapshot {_Format.Time(g.Newest)} UTC"))));
        }

        return
        [
            .. found.GroupBy(f => f.Id).OrderByDescending(g => g.Max(f => f.Newest))
                .Select(g => new CompletionCandidate(g.Key.ToString(), string.Join("; ", g.Select(f => f.Text)))),
        ];
    }

    private static async Task<List<(GenerationId Id, DateTimeOffset? Newest)>?> ListAsync(IReplicaClient client, CancellationToken cancellationToken)
    {
        var found = new List<(GenerationId, DateTimeOffset?)>();
        await foreach (var name in client.ListFoldersAsync(ObjectKey.Generations, cancellationToken).ConfigureAwait(false))
        {
            if (!GenerationId.TryParse(name, out var id)) continue;
            DateTimeOffset? newest = null;
            await foreach (var snapshot in client.ListObjectsAsync(ObjectKey.Snapshots(id), cancellationToken).ConfigureAwait(false))
                if (!(snapshot.Time <= newest)) newest = snapshot.Time;
            found.Add((id, newest));
        }

        return found;
    }
}
