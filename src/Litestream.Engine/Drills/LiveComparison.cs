using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Litestream.Engine.Live;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Drills;

/// <summary>
/// The comparison with the live database, which goes on meanwhile: it is read at one commit, and the commit of the replica that is the
/// same is looked for between what the replica held before and what it holds after a sync. So no write can ever be taken for damage.
/// </summary>
/// <param name="source">The live database.</param>
/// <param name="replica">The replica that is tested.</param>
/// <param name="environment">Files, time and VFS.</param>
/// <param name="progress">Is told how much of the live database is read.</param>
internal sealed class LiveComparison(DrillSource source, IReplicaClient replica, EngineEnvironment environment, IProgress<RestoreProgress>? progress)
{
    private static readonly TimeSpan s_shippingTime = TimeSpan.FromSeconds(5);

    private string _notShipped = "no replication of it is known here that could be asked to sync";

    private IReplicationControl? Replication =>
        source.Replication is { } running && running.Status.Replicas.Any(r => r.Url == replica.Url) ? running : null;

    /// <summary>Age of the oldest change that the replica lacks; null where no replication runs well enough to tell.</summary>
    public TimeSpan? Lag => Replication?.Status is { State: ReplicationState.Running or ReplicationState.Idle } status
        ? status.Replicas.First(r => r.Url == replica.Url).Lag : null;

    /// <summary>Reads the live database at its last commit.</summary>
    /// <param name="point">The latest state of the replica, as it is asked for.</param>
    /// <param name="isAgain">Whether it was not found before: then others are given time to ship it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<LiveState> ReadAsync(RestoreRequest point, bool isAgain, CancellationToken cancellationToken)
    {
        await TrySyncAsync(cancellationToken).ConfigureAwait(false);
        var before = await new RestorePlanner(replica).PlanAsync(point, cancellationToken).ConfigureAwait(false);
        LiveState live;
        using (var reader = await LiveReader.OpenAsync(source.Path, environment, cancellationToken).ConfigureAwait(false))
            live = await reader.WhileSameAsync(token => ReadWhileOpenAsync(reader, token), cancellationToken).ConfigureAwait(false);
        // not as long as the reader is open: a checkpoint that waits for it keeps the application's writers out
        if (isAgain && !live.IsShipped) await Task.Delay(s_shippingTime, environment.Time, cancellationToken).ConfigureAwait(false);
        return live;

        async Task<LiveState> ReadWhileOpenAsync(LiveReader reader, CancellationToken token)
        {
            // at once, so that few commits lie between
            var isShipped = await TrySyncAsync(token).ConfigureAwait(false);
            var (image, rows) = await Task.Run(
                () => (reader.Read(done => progress?.Report(new(RestorePhase.Live, done, reader.Length)), token), RowCounts.Read(sql => reader.ReadColumn(sql, token))),
                token).ConfigureAwait(false);
            return new(image, rows, before, isShipped);
        }
    }

    /// <summary>Compares what was restored with what was read.</summary>
    /// <param name="live">What was read.</param>
    /// <param name="search">The search, which was done while it was restored.</param>
    /// <param name="restored">What was restored.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public (DrillComparison Comparison, Finding Finding) Compare(
        LiveState live, StateSearch search, RestoreResult restored, CancellationToken cancellationToken)
    {
        var comparison = Compare(live, restored, cancellationToken);
        if (search.Found is not null && comparison.IsEqual) return (comparison, Finding.Good);
        var differing = comparison.Tables.Where(t => t.Live != t.Restored).Select(Describe).ToList();
        var what = differing.Count == 0 ? "All tables have as many rows." : string.Join(" ", differing.Take(5));
        var isProven = search.Found is not null
            || (live.IsShipped && search.IsThorough && restored.Plan.Generation == live.Before.Generation);
        return (comparison, new(isProven ? Differs(what) : NotFound(what), differing));
    }

    private DrillComparison Compare(LiveState live, RestoreResult restored, CancellationToken cancellationToken)
    {
        using var file = environment.Files.Open(restored.Path, Files.FileOpenMode.Read);
        var image = DatabaseImage.Read(file, restored.PageSize, cancellationToken);
        var unused = FreeList.ReadLeaves(file, restored.PageSize);
        using var database = new RestoredDatabase(restored.Path, environment.VfsName, meter: null, cancellationToken);
        return new(live.Image.ToDigest(unused), image.ToDigest(unused), RowCounts.Pair(live.Rows, database.CountRows()));
    }

    private async Task<bool> TrySyncAsync(CancellationToken cancellationToken)
    {
        if (Replication is not { } replication) return false;
        var attempt = await SyncAttempt.MakeAsync(replication, environment.Time, cancellationToken).ConfigureAwait(false);
        if (attempt.WhyNot is { } reason) _notShipped = reason;
        return attempt.Result is not null;
    }

    private static string Describe(TableRows table) => table switch
    {
        { Live: null } => $"Table '{table.Table}' is in the restored database alone.",
        { Restored: null } => $"Table '{table.Table}' is in the live database alone.",
        _ => $"Table '{table.Table}' has {table.Live} rows live, {table.Restored} restored.",
    };

    private LitestreamException Differs(string what) => new(ErrorCode.LiveDatabaseDiffers,
        $"What the replica '{replica.Url}' restores is not what '{source.Path}' held at the same position. {what}", source.Path,
        "See that this is the replica of this database; if it is, begin a new generation with Start-LitestreamReplication -NewGeneration.");

    private LitestreamException NotFound(string what) => new(ErrorCode.LiveStateNotFound,
        $"The replica '{replica.Url}' holds no state yet that '{source.Path}' was seen in, and none has to be there, as {_notShipped}. {what}", source.Path,
        "Run the drill under the account, and on the machine, that replicates the database.");
}
