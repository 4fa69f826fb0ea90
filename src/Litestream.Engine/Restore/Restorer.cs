using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>Carries out a <see cref="RestorePlan"/>: pages are written to a file beside the target, which gets its name only
/// when all is verified and flushed.</summary>
/// <param name="environment">Files, time and VFS.</param>
public sealed class Restorer(EngineEnvironment environment)
{
    private const int MaxParallelism = 64;

    /// <summary>How much longer than the restore the search for what is to blame may take, before it begins its last try.</summary>
    private const int SearchFactor = 3;

    private static readonly TimeSpan s_shortSearch = TimeSpan.FromMinutes(1);

    /// <summary>Restores a database. A failure or cancellation leaves nothing behind.</summary>
    /// <param name="replica">The replica that the plan was made for; stays open.</param>
    /// <param name="plan">What to read.</param>
    /// <param name="destination">Full path of the file to make; it, its -wal, -shm and -journal must not exist, unless the options say that
    /// it is replaced. A missing
    /// folder is created.</param>
    /// <param name="options">How to work.</param>
    /// <param name="progress">Is told how far it is; may be called on any thread.</param>
    /// <param name="cancellationToken">Ends the restore.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetExists"/>, <see cref="ErrorCode.RestoreTargetInUse"/>, <see cref="ErrorCode.RestoreTargetUnwritable"/>,
    /// <see cref="ErrorCode.DiskFull"/>, <see cref="ErrorCode.ObjectMissing"/>, <see cref="ErrorCode.ObjectCorrupt"/>,
    /// <see cref="ErrorCode.ObjectEncrypted"/>, <see cref="ErrorCode.ChecksumMismatch"/>, <see cref="ErrorCode.IntegrityCheckFailed"/>,
    /// <see cref="ErrorCode.InvalidArgument"/>, <see cref="ErrorCode.RestorePointNotFound"/>, <see cref="ErrorCode.RestoreTooLarge"/>, or a Replica… code.</exception>
    public async Task<RestoreResult> RestoreAsync(
        IReplicaClient replica, RestorePlan plan, string destination, RestoreOptions options,
        IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(options);
        Check(destination, options);
        var began = environment.Time.GetTimestamp();
        try
        {
            if (plan.AllowsPartial) return await new PartialRestore(MakeAsync).RunAsync(plan).ConfigureAwait(false);
            return options.FallsBack
                ? await new FallbackRestore(p => MakeAsync(p, _ => true)).RunAsync(plan).ConfigureAwait(false)
                : await MakeAsync(plan, _ => true).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.IntegrityCheckFailed && !plan.AllowsPartial)
        {
            var ended = environment.Time.GetTimestamp();
            var limit = SearchFactor * environment.Time.GetElapsedTime(began, ended);
            if (limit < s_shortSearch) limit = s_shortSearch;
            throw await new CheckBlame(p => MakeAsync(p, _ => false), () => environment.Time.GetElapsedTime(ended) < limit).FindAsync(plan, e).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // failures of the replica have their names already
            throw FileErrors.Wrap(e, destination, "restore the database", ErrorCode.RestoreTargetUnwritable);
        }

        Task<RestoreResult> MakeAsync(RestorePlan plan, Func<RestoreResult, bool> isWanted) =>
            this.MakeAsync(replica, plan, destination, isWanted, options, progress, cancellationToken);
    }

    private static void Check(string destination, RestoreOptions options)
    {
        if (!Path.IsPathFullyQualified(destination) || Path.EndsInDirectorySeparator(destination))
            throw new LitestreamException(ErrorCode.InvalidArgument, $"'{destination}' is not the full path of a file.", destination,
                "Give the full path of the file to restore.");
        if (options.Parallelism is < 1 or > MaxParallelism)
            throw new LitestreamException(ErrorCode.InvalidArgument, $"{options.Parallelism} objects can't be fetched at once.",
                nameof(options.Parallelism), $"Give a number from 1 to {MaxParallelism}.");
    }

    private async Task<RestoreResult> MakeAsync(
        IReplicaClient replica, RestorePlan plan, string destination, Func<RestoreResult, bool> isWanted, RestoreOptions options,
        IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        var started = environment.Time.GetTimestamp();
        using var target = RestoreTarget.Create(environment, destination, options.Existing);
        var applier = new PlanApplier(replica, plan, target.File, options, progress);
        await ApplyAsync(applier, plan, target, options, cancellationToken).ConfigureAwait(false);
        target.Complete();
        progress?.Report(new(RestorePhase.Check, BytesDone: 0, BytesTotal: 0));
        var meter = progress is null ? null : new CheckMeter(
            environment.Time, options.Check, checksForeignKeys: false, check => progress.Report(RestoreProgress.Of(check, applier.PageSize)));
        var left = await Task.Run(
            () => DatabaseCheck.Run(target.PartialPath, destination, plan.Snapshot.Key, options.Check, environment.VfsName, meter, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        var made = new RestoreResult(destination, plan, applier.Reached, applier.Transactions, applier.PageSize, applier.PageCount, TimeSpan.Zero)
        {
            RestoredTo = applier.Loss is null && !applier.IsEnded ? plan.RestoresTo : applier.ReachedTime,
            Loss = applier.Loss,
            Warnings = [.. WarningsOf(plan, applier, left, destination)],
        };
        if (!isWanted(made)) return made;
        var end = plan.IsLatest && applier.Loss is null && !applier.IsEnded
            ? await new NotedEnd(replica).CheckAsync(plan, applier.Reached, cancellationToken).ConfigureAwait(false) : null;
        return made with
        {
            SafetyCopy = target.Publish(),
            Warnings = [.. made.Warnings, .. end is null ? (RestoreWarning[])[] : [end]],
            Duration = environment.Time.GetElapsedTime(started),
        };
    }

    private static IEnumerable<RestoreWarning> WarningsOf(RestorePlan plan, PlanApplier applier, IReadOnlyList<string> left, string destination)
    {
        foreach (var warning in plan.Warnings.Concat(applier.Warnings)) yield return warning;
        if (left.Count > 0)
            yield return new(RestoreWarningKind.NotFullyChecked, destination,
                $"SQLite could not check {string.Join(", ", left)}: that needs a collation or a function of the application. Checksums and all other tables hold.");
        if (applier.Loss is { } loss) yield return Partial(loss, applier);
    }

    private static RestoreWarning Partial(RestoreLoss loss, PlanApplier applier)
    {
        var reached = new RestorePoint(applier.Reached.Index, applier.Reached.Offset, applier.ReachedTime);
        var lost = loss.Until is { } until
            ? $"Changes of {loss.Segments.Count} segments up to {RestorePoint.Format(until)} are lost."
            : "Changes behind it are lost.";
        return new(RestoreWarningKind.Partial, loss.Key,
            $"{loss.Message} The database was restored to the last commit before that: {reached}. {lost}");
    }

    private async Task ApplyAsync(
        PlanApplier applier, RestorePlan plan, RestoreTarget target, RestoreOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await applier.ApplySnapshotAsync(cancellationToken).ConfigureAwait(false);
            if (plan.Segments.Count == 0) return;
            using var transaction = new TransactionBuffer(environment.Files, target.SpillPath, applier.PageSize);
            await applier.ApplyWalAsync(transaction, options.Parallelism, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (Damage.Is(e))
        {
            throw new LitestreamException(e.Code, e.Message, e.Target, $"{e.Hint} {LastGood(applier, plan)}", e);
        }
    }

    private static string LastGood(PlanApplier applier, RestorePlan plan) => (applier.LastGood, plan.Alternatives) switch
    {
        ({ } point, _) => $"The last good restore point is {point}.",
        (_, [var older, ..]) => $"By its names, the last good restore point is {RestorePoint.EndOf(older)}, from the snapshot of index "
            + $"{older.Snapshot.Index}: a restore that may be partial goes there.",
        _ => "Without this snapshot there is no good restore point; another generation may have one.",
    };
}
