namespace Litestream.PowerShell.Models;

/// <summary>What a restore drill found. Its Generation, Index and Offset bind to Restore-LitestreamDatabase, as those of
/// <see cref="LastGoodPoint"/> do. The status of each check is Passed, Failed, Inconclusive or NotDone.</summary>
public sealed record LitestreamDrillResult
{
    /// <summary>The replica, without secrets.</summary>
    public required LitestreamReplica Replica { get; init; }

    /// <summary>The live database it was compared with; null if none was given.</summary>
    public string? DatabasePath { get; init; }

    /// <summary>Passed, Failed, Inconclusive (nothing is known, e.g. because the store was not reached) or Skipped (larger than -MaxSize).</summary>
    public required string Result { get; init; }

    /// <summary>Why it has not passed; null if it has.</summary>
    public LitestreamException? Error { get; init; }

    /// <summary>The restore itself, with the checksums of all that was read.</summary>
    public required string RestoreStatus { get; init; }

    /// <summary>PRAGMA integrity_check.</summary>
    public required string IntegrityStatus { get; init; }

    /// <summary>PRAGMA foreign_key_check.</summary>
    public required string ForeignKeyStatus { get; init; }

    /// <summary>The comparison with the live database at the same position.</summary>
    public required string ComparisonStatus { get; init; }

    /// <summary>-AssertSql and -Assert together.</summary>
    public required string AssertionStatus { get; init; }

    /// <summary>What is remarkable about the restore.</summary>
    public string[] RestoreMessages { get; init; } = [];

    /// <summary>What integrity_check found, the first 20.</summary>
    public string[] IntegrityMessages { get; init; } = [];

    /// <summary>What foreign_key_check found, the first 20.</summary>
    public string[] ForeignKeyMessages { get; init; } = [];

    /// <summary>What differs from the live database, or why it was not compared.</summary>
    public string[] ComparisonMessages { get; init; } = [];

    /// <summary>What does not hold.</summary>
    public string[] AssertionMessages { get; init; } = [];

    /// <summary>The generation that was restored; null if none was.</summary>
    public string? Generation { get; init; }

    /// <summary>WAL index of the last commit that was restored.</summary>
    public int? Index { get; init; }

    /// <summary>Offset behind that commit in its index; 0 for a snapshot alone.</summary>
    public long? Offset { get; init; }

    /// <summary>Time of the newest object that the restored state holds, UTC.</summary>
    public DateTimeOffset? RestoredTo { get; init; }

    /// <summary>What would have been lost if the database had been lost when the drill began; null if that is not known.</summary>
    public TimeSpan? Rpo { get; init; }

    /// <summary>Whether less may have been lost than that: it is the age of the replica's newest object, and a database at rest ships none.</summary>
    public bool RpoIsUpperBound { get; init; }

    /// <summary>The first object that is missing or damaged; null if none is known.</summary>
    public string? FirstBadObject { get; init; }

    /// <summary>Whether a restore does get over that object, from an older snapshot.</summary>
    internal bool IsGotOver { get; init; }

    /// <summary>Of a failed restore: the last point that does restore, found by restoring it; null if there is none.</summary>
    public LitestreamDrillPoint? LastGoodPoint { get; init; }

    /// <summary>Commits applied on top of the snapshot.</summary>
    public long Transactions { get; init; }

    /// <summary>WAL segments that the plan names.</summary>
    public int SegmentCount { get; init; }

    /// <summary>Stored bytes that the plan names.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes of the restored database.</summary>
    public long Size { get; init; }

    /// <summary>SHA-256 of the live database's pages, unused ones left out; null if it was not compared.</summary>
    public string? LiveDigest { get; init; }

    /// <summary>The same of the restored database.</summary>
    public string? RestoredDigest { get; init; }

    /// <summary>Rows of all tables of both databases; empty if they were not compared.</summary>
    public LitestreamTableRows[] Tables { get; init; } = [];

    /// <summary>The restored database, while it is asserted, and afterwards where it is kept; null if there is none any more.</summary>
    public string? RestoredPath { get; init; }

    /// <summary>When the drill began, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How long all took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How long the restore took.</summary>
    public TimeSpan RestoreDuration { get; init; }

    /// <summary>How long integrity_check and foreign_key_check took.</summary>
    public TimeSpan CheckDuration { get; init; }

    /// <summary>How long the comparison took, with the reading of the live database.</summary>
    public TimeSpan ComparisonDuration { get; init; }

    /// <summary>How long the assertions took.</summary>
    public TimeSpan AssertionDuration { get; init; }
}
