namespace Litestream.PowerShell.Models;

/// <summary>A restored database.</summary>
/// <param name="Destination">Full path of the file.</param>
/// <param name="Replica">The replica it came from, without secrets.</param>
/// <param name="Generation">The generation it came from.</param>
/// <param name="Index">WAL index of the commit that it stands at.</param>
/// <param name="Offset">Offset behind that commit in its index; 0 for a snapshot alone.</param>
/// <param name="RestoredTo">Time of the newest object that the state holds, UTC: it is that of this moment.</param>
/// <param name="Transactions">Commits applied on top of the snapshot.</param>
/// <param name="SegmentCount">WAL segments that the plan names.</param>
/// <param name="BytesRead">Stored bytes read.</param>
/// <param name="PageSize">Bytes a page.</param>
/// <param name="PageCount">Pages of the database.</param>
/// <param name="Check">How SQLite checked it: Quick or Full.</param>
/// <param name="Duration">How long it took.</param>
public sealed record LitestreamRestoreResult(
    string Destination, string Replica, string Generation, int Index, long Offset, DateTimeOffset RestoredTo,
    long Transactions, int SegmentCount, long BytesRead, int PageSize, long PageCount, string Check, TimeSpan Duration)
{
    /// <summary>Where the database is kept that was replaced: Undo-LitestreamRestore puts it back. Null if none was, or with -NoSafetyCopy.</summary>
    public string? SafetyCopy { get; init; }

    /// <summary>Whether something that was asked for is not in the database; only with -AllowPartial.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Of a partial restore: the first object that is missing or damaged.</summary>
    public string? DamagedObject { get; init; }

    /// <summary>Of a partial restore: the segments that were asked for, are there and could not be applied whole.</summary>
    public int LostSegmentCount { get; init; }

    /// <summary>Of a partial restore: time of the newest of these segments, UTC: changes up to then are lost.</summary>
    public DateTimeOffset? LostUntil { get; init; }

    /// <summary>Bytes of the database.</summary>
    public long Size => PageSize * PageCount;
}
