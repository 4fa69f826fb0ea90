using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;
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

    private readonly ReaderRelay _relay;
    private readonly DatabaseConnection _probe;
    private readonly SourceGuard _guard;
    private readonly PassiveCheckpoint _checkpoint;
    private readonly string? _vfsName;
    private readonly HandOverProof _handOver = new();

    private CaptureSession(DatabaseInfo database, EngineEnvironment environment, ReaderRelay relay, DatabaseConnection probe, SourceGuard guard)
    {
        (Path, PageSize) = (database.Path, database.PageSize);
        _relay = relay;
        _probe = probe;
        _guard = guard;
        _vfsName = environment.VfsName;
        Rest = new(probe, guard, () => Point, database.PageSize);
        _checkpoint = new(probe, guard, EnsureUnmoved, () => Point, environment);
        Writers = new(OpenConnection, environment.Time);
        Wal = environment.Capture.CreateCapture();
        Unseen = new(probe, OpenConnection, () => environment.Files.Find(Path + "-wal"));
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>Bytes a page.</summary>
    public int PageSize { get; }

    /// <summary>Which files are being watched.</summary>
    public SourceFiles Files => _guard.Files;

    /// <summary>Up to where everything is captured.</summary>
    public CapturePoint Point => Wal.Point;

    /// <summary>Whether the reader rests in slot 0: the database file holds the whole WAL, so that a foreign checkpoint or
    /// restart need not wait for us.</summary>
    public bool IsResting => Rest.Exists;

    /// <summary>How the database file looks while the reader rests.</summary>
    public SourceRest Rest { get; }

    /// <summary>Whether the last capture failed because the WAL is not the one that its wal-index tells of: a moment's state while it is
    /// restarted, or somebody replaced one of them.</summary>
    public bool IsWalForeign { get; private set; }

    /// <summary>Finds a WAL that was put in the place of ours.</summary>
    public UnseenWalSearch Unseen { get; }

    private WalCapture Wal { get; }

    /// <summary>Opens a database in WAL mode that has pages. Null when somebody is in the way.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseLocked"/>: an application uses it without locks.</exception>
    public static CaptureSession? TryOpen(DatabaseInfo database, EngineEnvironment environment)
    {
        var before = SourceFiles.Of(database.Path, environment.Files);
        UnlockedUser.EnsureNone(database.Path, before, environment.Files);
        var relay = ReaderRelay.TryStart(Open, environment.Capture.CreateRelay);
        if (relay is null) return null;
        DatabaseConnection? probe = null;
        try
        {
            // The probe reads once, so that all connections have the WAL open before its identity is taken.
            probe = Open();
            var files = probe.TryBeginRead() ? SourceFiles.Of(database.Path, environment.Files) : default;
            if (files.Wal is not null) FormerWal.EnsurePageSize(probe, database);
            if (FormerWal.EnsureOfIndex(probe, database.Path) && IsSameWhereKnown(before, files) && files is { Database: { } file, Wal: not null, WalIndex: { } index }
                && environment.Files.TryGuardLocks(database.Path, file, index) is { } locks)
            {
                probe.EndTransaction();
                return new(database, environment, relay, probe, new(database, files, locks, environment));
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

    /// <summary>Whether the WAL is of a life, and the file not the one that it belongs to; see <see cref="WalOwner"/>.</summary>
    /// <param name="point">A point of the life.</param>
    /// <param name="pages">What the pages held there; null if nobody knows.</param>
    /// <param name="isWhole">Whether the file held all of the WAL there.</param>
    /// <param name="isOtherFile">Whether it is another file than then.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public bool HasFormerWal(CapturePoint point, PageMap? pages, bool isWhole, bool isOtherFile, CancellationToken cancellationToken)
    {
        Span<byte> header = stackalloc byte[WalHeader.Size];
        if (!_probe.TryReadWal(header, 0) || !FormerWal.IsOf(header, point)) return false;
        if (pages is null) return isOtherFile;
        return !new WalOwner(_probe, pages, point) { IsWhole = isWhole, IsOtherFile = isOtherFile }.MayBelong(PageSize, cancellationToken);
    }

    /// <summary>Goes on from a remembered point if all that was captured is provably still there, and captures what was committed
    /// since, in the same read: a reader that begins when the WAL is wholly backfilled does not keep the next writer from
    /// restarting it.</summary>
    /// <param name="point">The point.</param>
    /// <param name="sink">Receives the frames.</param>
    /// <returns>Why not, or null.</returns>
    /// <exception cref="ContinuityLostException">What was committed since can't be captured.</exception>
    public string? TryResume(CapturePoint point, IFrameSink sink)
    {
        for (var tries = 1; !_probe.TryBeginRead(); tries++)
            if (tries == MaxTries) return "the database is locked";
        try
        {
            if (Wal.TryResume(_probe, point) is { } reason) return reason;
            if (Wal.Capture(_probe, sink) is null) return "the WAL is just being restarted";
            _handOver.Captured();
            return null;
        }
        finally
        {
            _probe.EndTransaction();
        }
    }

    /// <summary>Remembers how the database file looks from here on; see <see cref="SourceGuard.IsAsSeen"/>. What the stream holds of it is up to date.</summary>
    public void NoteSeen() => _guard.NoteSeen(_probe, Point);

    /// <summary>Which life of the WAL that was, by now known.</summary>
    public void NoteLife() => _guard.NoteLife(Point);

    /// <summary>Starts at a view's commit. The view was opened while the reader was held.</summary>
    public void StartAt(CapturePoint point)
    {
        Wal.StartAt(point);
        _handOver.Captured();
    }

    /// <summary>Goes back to an earlier point, to capture again from there. If the WAL does not hold that any more, the capture
    /// will say so.</summary>
    public void RewindTo(CapturePoint point)
    {
        Wal.RewindTo(point);
        _handOver.Rewound();
    }

    /// <summary>Opens a view of the last commit. Null when somebody is in the way.</summary>
    public DatabaseView? TryOpenView()
    {
        EnsureUnmoved();
        Rest.EnsureUnchanged();
        return DatabaseView.TryOpen(OpenConnection, PageSize, IsBackfilled, _guard.EnsureUntouched);
    }

    /// <summary>Captures all that is committed now.</summary>
    /// <param name="sink">Receives the frames. What it got is void when this throws.</param>
    /// <param name="cancellationToken">Ends a capture that finds much.</param>
    /// <returns>The number of frames; null when somebody is in the way, or the sink has no room for them.</returns>
    /// <exception cref="ContinuityLostException">Something was or may have been missed.</exception>
    public uint? TryCapture(IFrameSink sink, CancellationToken cancellationToken = default)
    {
        IsWalForeign = false;
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var before = Wal.Point;
            try
            {
                if (!_probe.Within<bool>(tries == 0 ? TryBeginCapture : TryGoOnCapture) || Wal.Prepared > sink.Room) return null;
                if (Wal.Capture(_probe, sink, cancellationToken) is { } frames)
                {
                    _handOver.NoteLife(before, Point, _relay.Began);
                    if (!Point.HasLife) Unseen.EnsureNone();
                    return frames;
                }
            }
            finally
            {
                Wal.Forget();
                _probe.EndTransaction();
            }
        }

        IsWalForeign = true;
        return null;
    }

    /// <summary>Sees how much is committed, without capturing it.</summary>
    /// <returns>Frames that stand in the way of the WAL's restart, and how many of them are not captured; null when somebody is in the way.</returns>
    public (uint Frames, uint New)? TryLook() => _probe.Within<(uint, uint)?>(() =>
    {
        if (!TryBeginRead()) return null;
        try
        {
            if (_probe.GetWalSnapshot() is not { } snapshot) return (0, 0);
            var isNewLife = !Point.IsSameLife(snapshot);
            if (!isNewLife && snapshot.LastFrame < Point.Frame) return null; // what that means, the capture says
            var added = isNewLife ? snapshot.LastFrame : snapshot.LastFrame - Point.Frame;
            return (IsResting && added == 0 ? 0 : snapshot.LastFrame, added);
        }
        finally
        {
            _probe.EndTransaction();
        }
    });

    /// <summary>Captures up to exactly the commit of a view, which was opened while the reader was held.</summary>
    /// <param name="view">The view.</param>
    /// <param name="sink">Receives the frames.</param>
    /// <returns>The number of frames; null when somebody is in the way.</returns>
    /// <exception cref="ContinuityLostException">Something was or may have been missed.</exception>
    public uint? TryCaptureTo(DatabaseView view, IFrameSink sink)
    {
        EnsureUnmoved();
        var before = Wal.Point;
        if (view.Capture(Wal, sink) is not { } frames) return null;
        _handOver.NoteLife(before, Point, _relay.Began);
        return frames;
    }

    /// <summary>Captures what is committed in the files that are held, though names lead elsewhere by now. Whoever uses the new file may have restarted the same WAL: what is
    /// in another life of it is nobody's.</summary>
    /// <param name="sink">Receives the frames. What it got is void when this throws.</param>
    /// <returns>The number of frames; null when somebody is in the way.</returns>
    /// <exception cref="ContinuityLostException">Something was or may have been missed.</exception>
    public uint? TryCaptureLast(IFrameSink sink)
    {
        if (!_probe.TryBeginRead()) return null;
        try
        {
            if (_probe.GetWalSnapshot() is { LastFrame: > 0 } snapshot && !Point.IsSameLife(snapshot))
                throw new ContinuityLostException("the WAL was restarted, and nothing tells whether by the former database or by the new one");
            return Wal.Capture(_probe, sink);
        }
        finally
        {
            _probe.EndTransaction();
        }
    }

    /// <summary>Lets the next reader begin and the former end. False when that was not possible.</summary>
    public bool TryHandOver()
    {
        if (!_handOver.IsCaptured)
            throw new InvalidOperationException("A hand-over before the capture would let go what was not captured.");
        return _probe.Within(HandOver);
    }

    private bool HandOver()
    {
        EnsureUnmoved();
        var former = _relay.Began;
        if (!DatabaseUnreadableException.ThrowIfDamaged(_relay.TryHandOver)) return false;
        _handOver.HandedOver(former, _relay.Began, Point);
        Rest.End();
        _handOver.Answered(_probe.Checkpoint(CheckpointMode.Ask));
        EnsureUnmoved();
        return true;
    }

    /// <summary>Backfills what readers allow.</summary>
    /// <param name="patience">How much longer than usual to wait for a checkpoint of somebody else that goes on.</param>
    public CheckpointAnswer Checkpoint(int patience = 1) => _checkpoint.Run(patience);

    /// <summary>Why the last checkpoint failed; null if it did not.</summary>
    public LitestreamException? CheckpointError => _checkpoint.Error;

    /// <summary>Keeps writers out for a moment.</summary>
    public WriterHold Writers { get; }

    /// <summary>Asks whether somebody's checkpoint may wait for our reader: the WAL is backfilled as far as that one lets it. Takes no lock.</summary>
    /// <returns>How far it is backfilled; null if our reader is in nobody's way.</returns>
    public CheckpointAnswer? AskWhetherInTheWay() => Rest.IsWhole ? null : _probe.Within(AskWhetherReaderIsInTheWay);

    private CheckpointAnswer? AskWhetherReaderIsInTheWay()
    {
        var answer = _probe.Checkpoint(CheckpointMode.Ask);
        // a reader that began in another life of the WAL, or before there was one, is in slot 0: nothing at all can be backfilled under it
        var isInTheWay = !Rest.Exists && _relay.Began is { } began && Point.IsSameLife(began)
            ? answer.Backfilled >= began.LastFrame || began.LastFrame < Point.Frame
            : !answer.IsComplete;
        if (answer.IsBusy || !isInTheWay) return null;
        // else the reader would come to rest beside a file that somebody has put there, and take it for what it should be
        return _guard.IsAsSeen(_probe, Point) ? answer : null;
    }

    /// <summary>Whether the database file holds all of the WAL.</summary>
    public bool IsBackfilled() => _probe.Checkpoint(CheckpointMode.Ask).IsComplete;

    /// <summary>Lets the reader rest in slot 0, if it is there: it began when the WAL was wholly backfilled.</summary>
    /// <param name="answer">The answer of the checkpoint before the hand-over.</param>
    public void RestAfter(CheckpointAnswer answer)
    {
        Rest.End();
        if (_handOver.IsAtRest(answer, _relay.Began)) Rest.Begin(_handOver.IsCapturedTo(_relay.Began, Point));
    }

    /// <summary>A number that changes with each commit of others; null when somebody is in the way.</summary>
    /// <exception cref="ContinuityLostException">The file is not what it was.</exception>
    public long? TryGetDataVersion() => _probe.Within(() =>
    {
        EnsureUnmoved();
        _guard.EnsureDatabase(_probe);
        Rest.EnsureUnchanged();
        return _probe.TryGetDataVersion();
    });

    /// <summary>Lets the database go as the last application that has it open does, if nobody else has: without the WAL, which would be applied to any other file that is put in the
    /// place of the database. Everything is captured. What is committed in between is in the file then, and found by comparison at the next start.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: the WAL can't be deleted.</exception>
    public void CloseLast()
    {
        // else SQLite would write to a file that somebody may have copied over the database a moment ago
        var isWhole = Rest.IsSeenWhole;
        if (isWhole && _guard.MayCloseLast)
        {
            _relay.Dispose();
            _probe.CloseAsApplication();
        }

        CloseAndRemoveWal(isWhole);
    }

    /// <summary>Lets go a database that was replaced or written over while it rested, without its WAL, which is all captured: beside the new file nobody has a use for it.</summary>
    /// <returns>False where somebody uses it, or that can't be known: it is left.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: it can't be deleted.</exception>
    public bool TryCloseWithoutWal() => CloseAndRemoveWal(Rest.IsWhole);

    private bool CloseAndRemoveWal(bool isWhole)
    {
        _relay.Dispose();
        _probe.Dispose();
        try
        {
            return isWhole && _guard.TryRemoveWal(Point);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, Path, "delete the WAL beside the database", ErrorCode.DatabaseError);
        }
        finally
        {
            _guard.Dispose();
        }
    }

    public void Dispose()
    {
        _probe.Dispose();
        _relay.Dispose();
        _guard.Dispose();
    }

    private static bool IsSameWhereKnown(SourceFiles before, SourceFiles after) =>
        (before.Database is null || before.Database == after.Database)
        && (before.Wal is null || before.Wal == after.Wal)
        && (before.WalIndex is null || before.WalIndex == after.WalIndex);

    private bool TryBeginCapture()
    {
        EnsureUnmoved();
        Rest.EnsureUnchanged();
        return TryGoOnCapture();
    }

    private bool TryGoOnCapture()
    {
        if (!TryBeginRead()) return false;
        Wal.Prepare(_probe);
        return true;
    }

    private bool TryBeginRead() => DatabaseUnreadableException.ThrowIfDamaged(_probe.TryBeginRead);

    private DatabaseConnection OpenConnection() => DatabaseConnection.Open(Path, _vfsName);

    private void EnsureUnmoved()
    {
        _guard.EnsureUntouched();
        if (!_relay.IsHeld)
            throw new ContinuityLostException("the read transaction that guards the WAL has ended");
    }
}
