using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>The database file while our reader rests in slot 0: it holds all of the WAL, and SQLite writes nothing to it until the reader has moved. So it tells when somebody
/// else has written to it.</summary>
/// <param name="connection">Has it open.</param>
/// <param name="guard">Looks at it.</param>
/// <param name="captured">Up to where everything is captured.</param>
/// <param name="pageSize">Bytes a page.</param>
internal sealed class SourceRest(DatabaseConnection connection, SourceGuard guard, Func<CapturePoint> captured, int pageSize)
{
    private CapturePoint? _point;

    /// <summary>Whether the reader rests.</summary>
    public bool Exists { get; private set; }

    /// <summary>Whether the reader rests and the database file holds all that is captured.</summary>
    public bool IsWhole => Exists && _point is { } point && captured().IsSamePlace(point);

    /// <summary>Whether it does, and looks as it did when the reader came to rest.</summary>
    public bool IsSeenWhole => IsWhole && guard.IsAsAtRest(connection);

    /// <summary>The reader has come to rest.</summary>
    /// <param name="isWhole">Whether the file holds all that is captured by now: not what was committed since the reader began.</param>
    public void Begin(bool isWhole)
    {
        // first: where the file can't be looked at, the reader does not rest
        connection.Within(NoteRest);
        (_point, Exists) = (isWhole ? captured() : null, true);
    }

    private bool NoteRest()
    {
        guard.NoteRest(connection, captured());
        return true;
    }

    /// <summary>The reader moves.</summary>
    public void End() => Exists = false;

    /// <summary>Notices that somebody has written to the file.</summary>
    /// <exception cref="DatabaseOverwrittenException">Somebody has.</exception>
    public void EnsureUnchanged()
    {
        if (Exists) guard.EnsureAsAtRest(connection);
    }

    /// <summary>Goes on after somebody has touched a file that was whole, if it holds all that is captured, as before.</summary>
    /// <param name="pages">What the pages held at the captured point.</param>
    /// <param name="cancellationToken">Ends the reading of all of it.</param>
    /// <returns>Whether it does.</returns>
    public bool TryGoOn(PageMap pages, CancellationToken cancellationToken)
    {
        guard.NoteTouched(connection, captured()); // before: what is written meanwhile is told the next time
        return new WalOwner(connection, pages, captured()) { IsWhole = true }.IsProven(pageSize, cancellationToken);
    }

    /// <summary>Goes on after somebody has written to the file while the reader does not rest, or the file is not whole, if it may still be the one to which SQLite has written as much of the WAL as the
    /// wal-index counts, and nothing else.</summary>
    /// <param name="point">A point of the WAL's life, or of the one that it had before somebody emptied it.</param>
    /// <param name="pages">What the pages held there.</param>
    /// <param name="cancellationToken">Ends the reading of all of it.</param>
    /// <returns>Whether it may.</returns>
    public bool TryGoOnBefore(CapturePoint point, PageMap pages, CancellationToken cancellationToken)
    {
        guard.NoteTouched(connection, captured()); // before: what is written meanwhile is told the next time
        var held = (uint)Math.Max(connection.Checkpoint(CheckpointMode.Ask).Backfilled, 0);
        return new WalOwner(connection, pages, point) { HeldFrames = held }.IsProven(pageSize, cancellationToken);
    }
}
