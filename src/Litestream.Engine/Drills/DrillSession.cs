using System.Globalization;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Litestream.Engine.Drills;

/// <summary>The steps of one drill, in order.</summary>
/// <param name="replica">The replica.</param>
/// <param name="request">What to do.</param>
/// <param name="path">Full path of the file to restore.</param>
/// <param name="environment">Files, time, randomness and VFS.</param>
/// <param name="progress">Is told how far the restore is, and what comes before and after it.</param>
internal sealed class DrillSession(
    IReplicaClient replica, DrillRequest request, string path, EngineEnvironment environment, IProgress<RestoreProgress>? progress)
{
    /// <summary>A difference is believed when it is seen twice: replication may just have begun anew between two looks.</summary>
    private const int MaxLooks = 2;

    private const string OwnSchema = "A schema that needs functions or collations of its application can be checked by that alone: keep the copy, and let it look.";

    private readonly DrillRestorer _restorer = new(replica, request, environment, progress);
    private readonly LiveComparison? _comparison = request.Source is { } source ? new(source, replica, environment, progress) : null;

    private readonly ShippedCheck _shipped = new(replica, request, environment);

    /// <summary>What is found so far.</summary>
    public DrillResult Result { get; private set; } = new(replica.Url, environment.Time.GetUtcNow());

    /// <summary>Does them.</summary>
    /// <param name="cancellationToken">Ends the drill.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _shipped.Look();
        var latest = await _restorer.TryPlanLatestAsync(cancellationToken).ConfigureAwait(false);
        TellAge(latest);
        var comparison = Comparable(latest);
        for (var look = 1; ; look++)
        {
            var live = comparison is null ? null : await TryReadLiveAsync(comparison, look > 1, cancellationToken).ConfigureAwait(false);
            var search = live is null ? null : new StateSearch(live.Image, PositionOf(live.Before));
            if (!await TryRestoreAsync(search, cancellationToken).ConfigureAwait(false)) return;
            if (search is { Found: null } && look < MaxLooks)
            {
                environment.Files.Delete(path);
                continue;
            }

            await Task.Run(() => ExamineAsync(live, search, cancellationToken), cancellationToken).ConfigureAwait(false);
            return;
        }
    }

    // a segment that was listed was committed before: the commit looked for is behind its start
    private static Format.Position PositionOf(RestorePlan before) =>
        before.Segments.Count == 0 ? new(before.Snapshot.Index, 0) : before.Segments[^1].Start;

    private void TellAge(RestorePlan? latest)
    {
        if (_comparison?.Lag is { } lag)
            Result = Result with { RecoveryPointAge = lag };
        else if (latest is not null)
            Result = Result with { RecoveryPointAge = AgeOf(latest.RestoresTo), IsRecoveryPointAgeUpperBound = true };
    }

    private TimeSpan AgeOf(DateTimeOffset time) => Result.StartedAt > time ? Result.StartedAt - time : TimeSpan.Zero;

    private LiveComparison? Comparable(RestorePlan? latest)
    {
        if (_comparison is null) return null;
        if (request.IsLatest && (request.Point.Generation is null || request.Point.Generation == latest?.Generation)) return _comparison;
        Result = Result with
        {
            LiveCheck = DrillCheck.NotDone with { Messages = ["The live database has gone on from this point: only the latest state is compared."] },
        };
        return null;
    }

    private async Task<LiveState?> TryReadLiveAsync(LiveComparison comparison, bool isAgain, CancellationToken cancellationToken)
    {
        LiveState? live = null;
        await TryAsync(
            check => Result with { LiveCheck = check.Status == DrillCheckStatus.Failed ? check with { Status = DrillCheckStatus.Inconclusive } : check },
            async () =>
            {
                live = await comparison.ReadAsync(request.Point, isAgain, cancellationToken).ConfigureAwait(false);
                return Finding.Good;
            }).ConfigureAwait(false);
        return live;
    }

    private async Task<bool> TryRestoreAsync(StateSearch? search, CancellationToken cancellationToken)
    {
        var isRestored = await TryAsync(check => Result with { Restore = check }, async () =>
        {
            var restored = await _restorer.RestoreAsync(path, search, cancellationToken).ConfigureAwait(false);
            Result = Result with { Restored = restored, Reached = PointOf(restored) };
            RestoreWarning[] warnings = [.. restored.Warnings, .. await CheckEndAsync(restored, search, cancellationToken).ConfigureAwait(false)];
            return new(EndMissing(warnings), [.. warnings.Select(w => w.Message), .. _shipped.Obstacle is { } obstacle ? (string[])[obstacle] : []]);
        }).ConfigureAwait(false);
        if (!isRestored) await FindLastGoodAsync(cancellationToken).ConfigureAwait(false);
        return isRestored;
    }

    // where the live database's state was found, nothing of it is missing, wherever the restore has ended
    private async Task<IEnumerable<RestoreWarning>> CheckEndAsync(RestoreResult restored, StateSearch? search, CancellationToken cancellationToken) =>
        search?.Found is null && EndMissing(restored.Warnings) is null && await _shipped.CheckAsync(restored, cancellationToken).ConfigureAwait(false) is { } missing ? [missing] : [];

    // a restore may be content with what is left; of a proof it is the opposite
    private static LitestreamException? EndMissing(IEnumerable<RestoreWarning> warnings) => warnings.FirstOrDefault(w => w.Kind == RestoreWarningKind.EndMissing) is { } warning
        ? new(ErrorCode.ObjectMissing, warning.Message, warning.Target, "Put back what is gone from its end, or begin a new generation.")
        : null;

    private static DrillPoint PointOf(RestoreResult restored) => new(restored.Plan.Generation, restored.Reached, restored.RestoredTo);

    private async Task ExamineAsync(LiveState? live, StateSearch? search, CancellationToken cancellationToken)
    {
        var pageSize = Result.Restored!.PageSize;
        var (isAsserting, pagesBefore) = (false, 0L);
        var meter = progress is null ? null : new CheckMeter(environment.Time, IntegrityCheckMode.Full, request.ChecksForeignKeys, check =>
        {
            if (!isAsserting) pagesBefore = check.PagesRead;
            progress.Report(isAsserting ? RestoreProgress.OfAssertion(check.PagesRead - pagesBefore, pageSize) : RestoreProgress.Of(check, pageSize));
        });
        using var database = new RestoredDatabase(path, environment.VfsName, meter, cancellationToken);
        await TryAsync(check => Result with { Integrity = check }, () => CheckIntegrity(database)).ConfigureAwait(false);
        var isSound = Result.Integrity.Status != DrillCheckStatus.Failed;
        if (isSound && request.ChecksForeignKeys)
            await TryAsync(check => Result with { ForeignKeys = check }, () => CheckForeignKeys(database)).ConfigureAwait(false);
        if (live is not null && search is not null)
            await TryAsync(check => Result with { LiveCheck = Add(Result.LiveCheck, check) }, () => Compare(live, search, cancellationToken)).ConfigureAwait(false);
        isAsserting = true;
        if (isSound && request.AssertSql is { } sql)
            await TryAsync(check => Result with { Assertion = check }, () => Assert(database, sql)).ConfigureAwait(false);
        if (Result.Integrity.Status == DrillCheckStatus.Failed) await FindLastGoodAsync(cancellationToken).ConfigureAwait(false);
    }

    private Finding CheckIntegrity(RestoredDatabase database)
    {
        var (messages, left) = database.CheckIntegrity();
        return messages.Count > 0
            ? new(new(ErrorCode.IntegrityCheckFailed,
                $"What the replica '{replica.Url}' restores does not pass SQLite's check: {string.Join("; ", messages.Take(5))}.", replica.Url,
                "Check the live database too: a replica of a damaged one is damaged."), messages)
            : left.Count > 0
            ? Finding.Of(new(ErrorCode.DatabaseError, $"SQLite can't check {string.Join(", ", left)} of what the replica '{replica.Url}' restores; all else holds.", replica.Url,
                OwnSchema))
            : Finding.Good;
    }

    private Finding CheckForeignKeys(RestoredDatabase database) => database.CheckForeignKeys() is { Count: > 0 } messages
        ? new(new(ErrorCode.ForeignKeyViolated, $"What the replica '{replica.Url}' restores does not pass SQLite's check of foreign keys: {messages[0]}",
            replica.Url, "If the application lives with that, leave this check out."), messages)
        : Finding.Good;

    private Finding Compare(LiveState live, StateSearch search, CancellationToken cancellationToken)
    {
        var restored = Result.Restored!;
        (var comparison, var finding) = _comparison!.Compare(live, search, restored, cancellationToken);
        Result = Result with { Comparison = comparison };
        var wasThere = search.Found is not null && restored.Plan.Generation == live.Before.Generation && restored.RestoredTo <= live.Before.RestoresTo;
        if (wasThere && Result.IsRecoveryPointAgeUpperBound)
            Result = Result with { RecoveryPointAge = TimeSpan.Zero, IsRecoveryPointAgeUpperBound = false };
        return finding;
    }

    private Finding Assert(RestoredDatabase database, string sql)
    {
        try
        {
            var value = database.ReadFirstValue(sql);
            return IsTrue(value) ? Finding.Good : Broken($"The first value of '{sql}' is {value ?? "null"}.");
        }
        catch (SqliteException e)
        {
            return Broken($"'{sql}' fails: {e.Message}");
        }

        Finding Broken(string message) => Finding.Of(new(
            ErrorCode.AssertionFailed, message, replica.Url, "Look at the restored database: it can be kept."));

        static bool IsTrue(object? value) => value switch
        {
            null => false,
            long number => number != 0,
            double number => number != 0,
            string text => !double.TryParse(text, CultureInfo.InvariantCulture, out var number) || number != 0,
            _ => true,
        };
    }

    private async Task FindLastGoodAsync(CancellationToken cancellationToken)
    {
        if (Result.Error is not { } error || !Damage.IsOfChain(error)) return;
        Result = Result with { FirstBadObject = Damage.Is(error) && RestoreObstacle.Parse(error.Target) is not null ? error.Target : null };
        var isSnapshot = Result.FirstBadObject is { } bad && ObjectKey.TryParseSnapshot(bad.AsSpan(bad.LastIndexOf('/') + 1), out _);
        var whole = isSnapshot ? await _restorer.FindLastGoodAsync(path + "-good", isPartial: false, cancellationToken).ConfigureAwait(false) : null;
        var good = whole ?? await _restorer.FindLastGoodAsync(path + "-good", isPartial: true, cancellationToken).ConfigureAwait(false);
        if (good is not null) Result = Result with { LastGood = PointOf(good), FirstBadObject = good.Loss?.Key ?? Result.FirstBadObject, IsGotOver = whole is not null };
        // whatever was shipped, nobody gets back more
        if (request.IsLatest && request.Point.Generation is null)
            Result = Result with { RecoveryPointAge = good is null ? null : AgeOf(good.RestoredTo), IsRecoveryPointAgeUpperBound = good is not null };
    }

    private static DrillCheck Add(DrillCheck first, DrillCheck second) => second with { Duration = first.Duration + second.Duration };

    private Task<bool> TryAsync(Func<DrillCheck, DrillResult> note, Func<Finding> step) => TryAsync(note, () => Task.FromResult(step()));

    private async Task<bool> TryAsync(Func<DrillCheck, DrillResult> note, Func<Task<Finding>> step)
    {
        var began = environment.Time.GetTimestamp();
        Finding finding;
        try
        {
            finding = await step().ConfigureAwait(false);
        }
        catch (LitestreamException e) when (!DrillErrors.IsMistake(e))
        {
            finding = Finding.Of(e);
        }
        catch (SqliteException e)
        {
            finding = Finding.Of(Named(e));
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            finding = Finding.Of(FileErrors.Wrap(e, path, "examine the restored database", ErrorCode.FileError));
        }

        var status = finding.Error is { } error ? DrillErrors.StatusOf(error) : DrillCheckStatus.Passed;
        Result = note(new(status, finding.Messages, environment.Time.GetElapsedTime(began)));
        if (finding.Error is not null) Result = Result.WithError(finding.Error);
        return finding.Error is null;
    }

    private LitestreamException Named(SqliteException e) => e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB
        ? new(ErrorCode.IntegrityCheckFailed, $"What the replica '{replica.Url}' restores is damaged: {e.Message}", replica.Url,
            "Check the live database too: a replica of a damaged one is damaged.", e)
        : new(ErrorCode.DatabaseError, $"SQLite can't check what the replica '{replica.Url}' restores: {e.Message}", replica.Url,
            OwnSchema, e);
}
