using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Retention;

/// <summary>Carries out a <see cref="RetentionPlan"/> so that whenever it ends, each point that can still be listed can still be
/// restored. What an interruption leaves is in the next plan.</summary>
/// <param name="replica">The replica that the plan was made for; stays open.</param>
public sealed class RetentionExecutor(IReplicaClient replica)
{
    /// <summary>As many keys as S3 deletes in one request.</summary>
    private const int BatchSize = 1000;

    private readonly ReplicaCatalog _catalog = new(replica);

    /// <summary>Deletes what goes of all generations.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Ends the deletion; some may be gone then.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaChanged"/>, or a Replica… code.</exception>
    public async Task ExecuteAsync(RetentionPlan plan, CancellationToken cancellationToken)
    {
        foreach (var part in plan.Generations.Where(g => !g.IsEmpty))
            await ExecuteAsync(part, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes what goes of one generation.</summary>
    /// <param name="part">What goes.</param>
    /// <param name="cancellationToken">Ends the deletion; some may be gone then.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaChanged"/> when the generation is not what it was when the
    /// plan was made; or a Replica… code.</exception>
    public async Task ExecuteAsync(GenerationRetention part, CancellationToken cancellationToken)
    {
        await CheckAsync(part, cancellationToken).ConfigureAwait(false);
        // else what goes on purpose would be told to be lost
        if (part.IsWhole) await ReplicaHead.ForgetAsync(replica, part.Generation.Id, cancellationToken).ConfigureAwait(false);
        // Snapshots before their WAL: what can be restored begins at a snapshot, and one without its WAL would be a point that can't
        // be; WAL below the first snapshot is passed over. One by one from the oldest on, so that no point comes to depend on an older
        // snapshot than it does now. The first segment of an index last: Litestream 0.3.13 refuses a listing with an index that
        // begins later, wherever the index is (replica format 5.1).
        // The mark before its snapshot: one without it says that it is lost. And right before it, so that hardly ever a snapshot is seen without.
        await DeleteAsync(part.OrphanedMarks.Select(i => ObjectKey.SnapshotMark(part.Generation.Id, i)), cancellationToken).ConfigureAwait(false);
        foreach (var snapshot in part.Snapshots)
        {
            await replica.DeleteAsync([ObjectKey.SnapshotMark(part.Generation.Id, snapshot.Index)], cancellationToken).ConfigureAwait(false);
            await replica.DeleteAsync([snapshot.Key], cancellationToken).ConfigureAwait(false);
        }

        await DeleteAsync(part.Segments.Where(s => s.Start.Offset > 0).Select(s => s.Key), cancellationToken).ConfigureAwait(false);
        await DeleteAsync(part.Segments.Where(s => s.Start.Offset == 0).Select(s => s.Key), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Between plan and deletion people think it over, and others work.</summary>
    private async Task CheckAsync(GenerationRetention part, CancellationToken cancellationToken)
    {
        var present = await _catalog.ReadGenerationAsync(part.Generation.Id, cancellationToken).ConfigureAwait(false);
        var hasGrown = part.IsWhole && present is not null
            && (present.Snapshots.Select(s => s.Key).Except(part.Snapshots.Select(s => s.Key)).Any()
                || present.Segments.Select(s => s.Key).Except(part.Segments.Select(s => s.Key)).Any());
        var hasLost = !part.IsWhole && part.KeptSnapshots.FirstOrDefault() is { } needed && present?.Snapshots.Any(s => s.Index == needed.Index) != true;
        if (hasGrown || hasLost)
            throw new LitestreamException(ErrorCode.ReplicaChanged,
                hasGrown ? $"The generation {part.Generation.Id} has grown since its deletion was planned." : $"What was to stay of the generation {part.Generation.Id} is not there any more.",
                ObjectKey.Generation(part.Generation.Id), "Nothing of it was deleted; see who else works on the replica, and plan again.");
    }

    private async Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        foreach (var batch in keys.Chunk(BatchSize)) await replica.DeleteAsync(batch, cancellationToken).ConfigureAwait(false);
    }
}
