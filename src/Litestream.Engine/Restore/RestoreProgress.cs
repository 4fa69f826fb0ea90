namespace Litestream.Engine.Restore;

/// <summary>How far a restore is.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="BytesDone">Stored bytes read so far; in a check and an assertion, bytes that SQLite has read of the database; of the live database, its bytes.</param>
/// <param name="BytesTotal">Stored bytes to read in all; 0 in a check and an assertion, as nobody knows how often SQLite reads a page.</param>
public readonly record struct RestoreProgress(RestorePhase Phase, long BytesDone, long BytesTotal)
{
    /// <summary>In a check, the estimated part that is done: it never falls and stays below 1; null where there is no estimate.</summary>
    public double? Share { get; private init; }

    /// <summary>In a check, how long the rest will take; null while nobody can tell.</summary>
    public TimeSpan? Left { get; private init; }

    internal static RestoreProgress Of(CheckProgress check, int pageSize) =>
        new(RestorePhase.Check, check.PagesRead * pageSize, BytesTotal: 0) { Share = check.Share, Left = check.Left };

    internal static RestoreProgress OfAssertion(long pagesRead, int pageSize) => new(RestorePhase.Assertion, pagesRead * pageSize, BytesTotal: 0);
}
