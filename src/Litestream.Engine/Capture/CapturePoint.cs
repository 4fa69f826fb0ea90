using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Up to where a database is captured, in terms of its own WAL: everything committed up to here is in the stream.</summary>
/// <param name="Salt1">First salt of the life.</param>
/// <param name="Salt2">Second salt of the life.</param>
/// <param name="Frame">Last captured frame of the life; 0 if none.</param>
/// <param name="Checksum">Running checksum at that frame.</param>
/// <param name="Commits">The wal-index's count of commits (<see cref="WalIndexSnapshot.Commits"/>) by then.</param>
/// <param name="HasLife">False while no WAL has been seen; the other values are zeros then.</param>
public sealed record CapturePoint(
    uint Salt1, uint Salt2, uint Frame, WalChecksum Checksum, uint Commits, bool HasLife)
{
    /// <summary>No WAL has been seen.</summary>
    public static CapturePoint None { get; } = new(0, 0, 0, default, 0, HasLife: false);

    /// <summary>The point at which a read transaction stands.</summary>
    /// <param name="snapshot">What it sees; null if no WAL has been written.</param>
    internal static CapturePoint At(WalIndexSnapshot? snapshot) => snapshot is { } s
        ? new(s.Salt1, s.Salt2, s.LastFrame, s.Checksum, s.Commits, HasLife: true)
        : None;

    /// <summary>Whether another point is of the same life of the WAL.</summary>
    internal bool IsSameLife(CapturePoint? other) => HasLife && other is { HasLife: true } && (Salt1, Salt2) == (other.Salt1, other.Salt2);

    /// <summary>Whether another point is the same place: the same frame of the same life, or no WAL either.</summary>
    internal bool IsSamePlace(CapturePoint other) => (HasLife, Salt1, Salt2, Frame) == (other.HasLife, other.Salt1, other.Salt2, other.Frame);

    /// <summary>Whether a snapshot is of the same life of the WAL.</summary>
    internal bool IsSameLife(WalIndexSnapshot snapshot) =>
        HasLife && Salt1 == snapshot.Salt1 && Salt2 == snapshot.Salt2;
}
