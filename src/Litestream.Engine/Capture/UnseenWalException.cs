namespace Litestream.Engine.Capture;

/// <summary>Somebody has put a WAL in the place of an empty one that our connections had open, or died in the middle of its first commit: only an opening of the database by which the
/// wal-index is made anew finds what is in it.</summary>
/// <param name="wal">Which.</param>
internal sealed class UnseenWalException(UnseenWal wal) : ContinuityLostException("a WAL with commits was put beside the database while it was watched, or an application died in its first commit")
{
    /// <summary>Which.</summary>
    public UnseenWal Wal { get; } = wal;
}
