using Litestream.Engine.Errors;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Drills;

/// <summary>What a drill found.</summary>
/// <param name="ReplicaUrl">The replica, without secrets.</param>
/// <param name="StartedAt">When it began, UTC.</param>
public sealed record DrillResult(string ReplicaUrl, DateTimeOffset StartedAt)
{
    /// <summary>What it says of the replica.</summary>
    public DrillVerdict Verdict =>
        Any(DrillCheckStatus.Failed) ? DrillVerdict.Failed
        : Error?.Code == ErrorCode.RestoreTooLarge ? DrillVerdict.Skipped
        : Error is null && Restore.Status == DrillCheckStatus.Passed && !Any(DrillCheckStatus.Inconclusive) ? DrillVerdict.Passed
        : DrillVerdict.Inconclusive;

    /// <summary>Why it has not passed: the first failure, else what kept it from a verdict; null if it has.</summary>
    public LitestreamException? Error { get; init; }

    /// <summary>The restore, with all checksums of what it read.</summary>
    public DrillCheck Restore { get; init; } = DrillCheck.NotDone;

    /// <summary><c>PRAGMA integrity_check</c>.</summary>
    public DrillCheck Integrity { get; init; } = DrillCheck.NotDone;

    /// <summary><c>PRAGMA foreign_key_check</c>.</summary>
    public DrillCheck ForeignKeys { get; init; } = DrillCheck.NotDone;

    /// <summary>The comparison with the live database at the same position.</summary>
    public DrillCheck LiveCheck { get; init; } = DrillCheck.NotDone;

    /// <summary>What the caller asserts.</summary>
    public DrillCheck Assertion { get; init; } = DrillCheck.NotDone;

    /// <summary>What the two databases hold; null where they were not compared.</summary>
    public DrillComparison? Comparison { get; init; }

    /// <summary>The point that was restored; null if none was.</summary>
    public DrillPoint? Reached { get; init; }

    /// <summary>What was made; null if nothing was. Its file is gone, unless it was to be kept.</summary>
    public RestoreResult? Restored { get; init; }

    /// <summary>Where the restored database is kept; null if it is not.</summary>
    public string? KeptCopy { get; init; }

    /// <summary>What would have been lost if the database had been lost when the drill began; null if that is not known.</summary>
    public TimeSpan? RecoveryPointAge { get; init; }

    /// <summary>Whether less may have been lost than that: it is the age of the replica's newest object, and a database that rests ships
    /// none.</summary>
    public bool IsRecoveryPointAgeUpperBound { get; init; }

    /// <summary>The first object that is missing or damaged; null if none is known.</summary>
    public string? FirstBadObject { get; init; }

    /// <summary>Whether a restore does get over that object, from an older snapshot.</summary>
    public bool IsGotOver { get; init; }

    /// <summary>Of a failed restore: the last point that does restore, found by restoring it; null if there is none.</summary>
    public DrillPoint? LastGood { get; init; }

    /// <summary>How long all took.</summary>
    public TimeSpan Duration { get; init; }

    private bool Any(DrillCheckStatus status) =>
        Restore.Status == status || Integrity.Status == status || ForeignKeys.Status == status || LiveCheck.Status == status || Assertion.Status == status;

    /// <summary>Adds what the caller found out by means of its own.</summary>
    /// <param name="broken">What does not hold of what it asserts; null if all does.</param>
    /// <param name="duration">How long it took.</param>
    public DrillResult WithAssertion(string? broken, TimeSpan duration)
    {
        var (status, messages) = broken is null && Assertion.Status != DrillCheckStatus.Failed
            ? (DrillCheckStatus.Passed, Assertion.Messages)
            : (DrillCheckStatus.Failed, broken is null ? Assertion.Messages : [.. Assertion.Messages, broken]);
        var result = this with { Assertion = new(status, messages, Assertion.Duration + duration), Duration = Duration + duration };
        return broken is null ? result : result.WithError(new(
            ErrorCode.AssertionFailed, broken, ReplicaUrl, "Look at the restored database: it can be kept."));
    }

    /// <summary>Adds an error; one of a check that failed stands before one that only kept it from being made.</summary>
    internal DrillResult WithError(LitestreamException error) =>
        Error is null || (DrillErrors.IsFailure(error) && !DrillErrors.IsFailure(Error)) ? this with { Error = error } : this;
}
