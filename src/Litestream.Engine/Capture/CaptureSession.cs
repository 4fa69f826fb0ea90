using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>
/// A live database while it is watched: the unbroken reader, the capture that follows it, and checkpoints that respect both.
/// Guards the order that makes the reader a proof: hand over, then capture to the end, before the next hand-over.
/// </summary>
internal sealed class CaptureSession : IDisposable
{
    /// <summary>How often a WAL that is just being restarted is looked at again.</summary>
    private const int MaxTries = 20;

    /// <summary>How often a gap is looked for in what other processes do, and how long between: about ten milliseconds in all.</summary>
    private const int MaxGapTries = 700;
    private const int GapSpin = 100;

    private readonly EngineEnvironment _environment;
    private readonly SourceFiles _files;
    private readonly ReaderRelay _relay;
    private readonly DatabaseConnection _probe;
    private bool _isCapturedSinceHandOver;

    private CaptureSession(
        string path, int pageSize, EngineEnvironment environment, SourceFiles files, ReaderRelay relay, DatabaseConnection probe)
    {
        Path = path;
        PageSize = pageSize;
        _environment = environment;
        _files = files;
        _relay = relay;
        _probe = probe;
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>Bytes a page.</summary>
    public int PageSize { get; }

    /// <summary>Which files are being watched.</summary>
    public SourceFiles Files => _files;

    /// <summary>Up to where everything is captured.</summary>
    public CapturePoint Point => Wal.Point;

    /// <summary>Whether the reader rests in slot 0: the database file holds the whole WAL, so that a foreign checkpoint or
    /// restart need not wait for us.</summary>
    public bool IsResting { get; private set; }

    private WalCapture Wal { get; } = new();

    /// <summary>Opens a database in WAL mode that has pages. Null when somebody is in the way.</summary>
    public static CaptureSession? TryOpen(DatabaseInfo database, EngineEnvironment environment)
    {
        var before = SourceFiles.Of(database.Path, environment.Files);
        var relay = ReaderRelay.TryStart(Open);
        if (relay is null) return null;
        DatabaseConnection? probe = null;
        try
        {
            // The probe reads once, so that all connections have the WAL open before its identity is taken.
            probe = Open();
            var files = probe.TryBeginRead() ? SourceFiles.Of(database.Path, environment.Files) : default;
            if (IsSameWhereKnown(before, files) && files is { Database: not null, Wal: not null, WalIndex: not null })
            {
                probe.EndTransaction();
                return new(database.Path, database.PageSize, environment, files, relay, probe);
            }

            probe.Dispose();
            relay.Dispose();
            return null;
        }
        catch
        {
            probe?.Dispose();
            relay.Dispose();
            throw;
        }

        DatabaseConnection Open() => DatabaseConnection.Open(database.Path, environment.VfsName);
    }

    /// <summary>Goes on from a remembered point if all that was captured is provably still there.</summary>
    /// <returns>Why not, or null.</returns>
    public string? TryResume(CapturePoint point)
    {
        for (var tries = 1; !_probe.TryBeginRead(); tries++)
            if (tries == MaxTries) return "the database is locked";
        try
        {
            return Wal.TryResume(_probe, point);
        }
        finally
        {
            _probe.EndTransaction();
        }
    }

    /// <summary>Starts at a view's commit. The view was opened while the reader was held.</summary>
    public void StartAt(CapturePoint point)
    {
        Wal.StartAt(point);
        _isCapturedSinceHandOver = true;
    }

    /// <summary>Goes back to an earlier point, to capture again from there. If the WAL does not hold that any more, the capture
    /// will say so.</summary>
    public void RewindTo(CapturePoint point)
    {
        Wal.StartAt(point);
        _isCapturedSinceHandOver = false;
    }

    /// <summary>Opens a view of the last commit. Null when somebody is in the way.</summary>
    public DatabaseView? TryOpenView()
    {
        EnsureUnmoved();
        return DatabaseView.TryOpen(OpenConnection, PageSize);
    }

    /// <summary>Captures all that is committed now.</summary>
    /// <param name="sink">Receives the frames.</param>
    /// <returns>The number of frames; null when somebody is in the way.</returns>
    /// <exception cref="ContinuityLostException">Something was or may have been missed.</exception>
    public uint? TryCapture(IFrameSink sink)
    {
        EnsureUnmoved();
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (!_probe.TryBeginRead()) return null;
            try
            {
                if (Wal.Capture(_probe, sink) is { } frames)
                {
                    _isCapturedSinceHandOver = true;
                    return frames;
                }
            }
            finally
            {
                _probe.EndTransaction();
            }
        }

        return null;
    }

    /// <summary>Lets the next reader begin and the former end. False when that was not possible.</summary>
    public bool TryHandOver()
    {
        if (!_isCapturedSinceHandOver)
            throw new InvalidOperationException("A hand-over before the capture would let go what was not captured.");
        EnsureUnmoved();
        if (!_relay.TryHandOver()) return false;
        _isCapturedSinceHandOver = false;
        IsResting = false;
        EnsureUnmoved();
        return true;
    }

    /// <summary>Backfills what readers allow. An application beyond its autocheckpoint limit holds the checkpoint lock for a
    /// moment at each commit; only that is waited for, for some milliseconds.</summary>
    public CheckpointAnswer Checkpoint()
    {
        for (var tries = 1; ; tries++)
        {
            EnsureUnmoved();
            var answer = _probe.Checkpoint(CheckpointMode.Passive);
            if (!answer.IsBusy || tries == MaxGapTries) return answer;
            Thread.SpinWait(GapSpin);
        }
    }

    /// <summary>Whether the database file holds all of the WAL.</summary>
    public bool IsBackfilled() => _probe.Checkpoint(CheckpointMode.Ask).IsComplete;

    /// <summary>Lets the reader rest in slot 0, if it is there: it began when the WAL was wholly backfilled.</summary>
    /// <param name="answer">The answer of the checkpoint before the hand-over.</param>
    public void RestAfter(CheckpointAnswer answer) =>
        IsResting = answer.IsComplete && (_relay.Began?.LastFrame ?? 0) == (uint)answer.Frames;

    /// <summary>Takes the write lock for a moment, if there is a gap between two commits in the next milliseconds. No busy
    /// handler: one that sleeps never meets the gaps of a busy writer. Null when there was none.</summary>
    /// <returns>Ends the transaction when disposed.</returns>
    public IDisposable? TryHoldWriters()
    {
        var connection = OpenConnection();
        for (var tries = 0; tries < MaxGapTries; tries++)
        {
            if (connection.TryBeginWrite()) return connection;
            Thread.SpinWait(GapSpin);
        }

        connection.Dispose();
        return null;
    }

    /// <summary>A number that changes with each commit of others; null when somebody is in the way.</summary>
    public long? TryGetDataVersion() => _probe.TryGetDataVersion();

    public void Dispose()
    {
        _probe.Dispose();
        _relay.Dispose();
    }

    private static bool IsSameWhereKnown(SourceFiles before, SourceFiles after) =>
        (before.Database is null || before.Database == after.Database)
        && (before.Wal is null || before.Wal == after.Wal)
        && (before.WalIndex is null || before.WalIndex == after.WalIndex);

    private DatabaseConnection OpenConnection() => DatabaseConnection.Open(Path, _environment.VfsName);

    private void EnsureUnmoved()
    {
        if (SourceFiles.Of(Path, _environment.Files) != _files)
            throw new ContinuityLostException("the database, its -wal or its -shm was removed or replaced");
        if (!_relay.IsHeld)
            throw new ContinuityLostException("the read transaction that guards the WAL has ended");
    }
}
