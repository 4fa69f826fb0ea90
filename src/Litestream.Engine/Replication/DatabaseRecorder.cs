using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Replication;

/// <summary>The capture side of a replication: watches the database, and has what the session captures become segments and snapshots in the spool. For one caller at a time.</summary>
internal sealed class DatabaseRecorder : IDisposable
{
    /// <summary>How much longer than usual a gap between commits is looked for, the larger the WAL is: about 100 ms then.</summary>
    private const int MaxPatience = 5;

    private readonly ReplicationOptions _options;
    private readonly EngineEnvironment _environment;
    private readonly SpoolFolder _spool;
    private readonly EventLog _events;

    /// <summary>Prepares.</summary>
    /// <param name="options">How.</param>
    /// <param name="environment">Files, time and randomness.</param>
    /// <param name="spool">Receives what is recorded.</param>
    /// <param name="events">Is told.</param>
    public DatabaseRecorder(ReplicationOptions options, EngineEnvironment environment, SpoolFolder spool, EventLog events)
    {
        (_options, _environment, _spool, _events) = (options, environment, spool, events);
        Segments = new(options, environment, spool, events);
        Snapshot = new(spool, events, environment.Background);
        Former = new(options.DatabasePath, environment, spool, Segments);
    }

    /// <summary>What is captured, on its way into the spool.</summary>
    public SegmentRecorder Segments { get; }

    /// <summary>The snapshot that is being copied.</summary>
    public SnapshotInProgress Snapshot { get; }

    /// <summary>What becomes of a database whose file was replaced or written over.</summary>
    public FormerDatabase Former { get; }

    /// <summary>Is called right before a generation begins.</summary>
    public Action GenerationBegins { get; set; } = () => { };

    /// <summary>How long the device of the spool is waited for; null for as long as it takes.</summary>
    public DevicePatience? Patience { get; set; }

    /// <summary>The WAL for whose sake the database was let go; see <see cref="UnseenWalSearch.Known"/>.</summary>
    public UnseenWal? Unseen { get; set; }

    /// <summary>The database's place among the open ones; given back when it is let go.</summary>
    public IDisposable? Place { get; set; }

    /// <summary>The present generation; null before there is one.</summary>
    public GenerationId? Generation => Segments.Generation;

    /// <summary>How far the database is captured.</summary>
    public Position? Position => Segments.Position;

    /// <summary>Whether the database is watched.</summary>
    public bool IsOpen => Session is not null;

    /// <summary>Which files are watched; null if none are.</summary>
    public SourceFiles? Files => Session?.Files;

    /// <summary>Whether a former run has left a generation to go on with.</summary>
    public bool HasState => _spool.State is not null;

    /// <summary>Whether the present generation's first snapshot is not there yet: it is being copied, or that failed. Until then nobody
    /// may take the generation for shipped.</summary>
    public bool ExpectsSnapshot => Snapshot.ExpectsFirst;

    /// <summary>Why only another generation helps: the first snapshot could not be made. Null if it can go on.</summary>
    public string? WhyHopeless => Snapshot.LacksFirst ? "the snapshot of the former one could not be made"
        : Generation is { } generation && _spool.IsRemoved(generation) ? "the spool of the former one was removed" : null;

    /// <summary>Why the last checkpoint failed; null if it did not.</summary>
    public LitestreamException? CheckpointError => Session?.CheckpointError;

    /// <summary>Whether the reader rests where it is in nobody's way, and the file holds all that is captured.</summary>
    public bool IsResting => Session is { Rest.IsWhole: true };

    /// <summary>Whether the last capture failed because the WAL and its wal-index do not belong together.</summary>
    public bool IsWalForeign => Session is { IsWalForeign: true };

    /// <summary>Frames of the WAL's present life.</summary>
    public uint WalFrames => Session?.Point.Frame ?? 0;

    private CaptureSession? Session
    {
        get => Segments.Session;
        set => Segments.Session = value;
    }

    /// <summary>Starts to watch the database, and goes on with the remembered generation or begins one. False when somebody is
    /// in the way.</summary>
    /// <param name="database">A database in WAL mode that has pages.</param>
    /// <param name="whyNew">Why a new generation has to begin in any case; null if it need not.</param>
    /// <param name="whyUnsure">Why what was captured so far may not be all; null if that is to be found out.</param>
    /// <param name="cancellationToken">Ends a comparison of the whole database.</param>
    public bool TryOpen(DatabaseInfo database, string? whyNew, string? whyUnsure, CancellationToken cancellationToken)
    {
        if (CaptureSession.TryOpen(database, _environment) is not { } session) return false;
        Session = session;
        session.Unseen.Known = Unseen;
        var isOpen = false;
        try
        {
            session.NoteSeen(); // first: what others write while it is read is told before the next checkpoint
            var continuity = new Continuity(session, _environment);
            continuity.EnsureOwnWal(_spool.State, _spool.Pages, cancellationToken);
            Segments.NoteTimes(_spool.State);
            isOpen = (whyNew ?? WhyHopeless ?? continuity.WhyNotGoOn(_spool.State) ?? WhyIncomplete) is { } reason
                ? TryStartGeneration(reason) : TryGoOn(session, continuity, whyUnsure, cancellationToken);
            if (isOpen) session.NoteLife();
            if (session.Point.HasLife) Unseen = null;
            return isOpen;
        }
        finally
        {
            if (!isOpen) CloseSession();
        }
    }

    /// <summary>Begins a generation at the last commit: its snapshot is copied while capture goes on. False when somebody is in
    /// the way.</summary>
    /// <param name="reason">Why, for people.</param>
    public bool TryStartGeneration(string reason)
    {
        Segments.Settle();
        if (Session!.TryOpenView() is not { } view) return false;
        try
        {
            Segments.Abandon();
            Snapshot.End();
            Session.StartAt(view.Point);
            var generation = GenerationId.Create(_environment.Random);
            GenerationBegins();
            Segments.Begin(generation);
            Announce(ReplicationEventKind.GenerationStarted, $"Generation {generation} begins: {reason}.");
            Snapshot.Start(view, generation, Position!.Value.Index, Segments.SnapshotTime, isFirst: true);
            return true;
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>Begins a further snapshot of the present generation, which is copied while capture goes on.</summary>
    /// <returns>The index at whose start it stands; null when somebody, or another snapshot, is in the way.</returns>
    public int? TryTakeSnapshot()
    {
        if (Snapshot.Exists || Snapshot.LacksFirst || Session!.TryOpenView() is not { } view) return null;
        uint frames;
        int index;
        try
        {
            // up to the view's commit and no further: the snapshot is exactly the database at the start of the index that follows
            var before = Position;
            if (Session.TryCaptureTo(view, Segments.Sink) is not { } captured)
            {
                view.Dispose();
                return null;
            }

            frames = captured;
            Segments.NoteSeen(before);
            Segments.Cut();
            index = Segments.Roll();
            Snapshot.Start(view, Generation!.Value, index, Segments.SnapshotTime, isFirst: false);
        }
        catch
        {
            view.Dispose();
            throw;
        }

        if (frames > 0 && Session.IsResting) Checkpointer.LeaveRest(Session, Segments.Sink);
        return index;
    }

    /// <summary>Captures what is committed now.</summary>
    /// <param name="cancellationToken">Ends a capture that finds much; what it found so far is captured again the next time.</param>
    /// <returns>The number of frames; null when somebody is in the way.</returns>
    public uint? TryCapture(CancellationToken cancellationToken)
    {
        var before = Position;
        var frames = TryCaptureStream(cancellationToken);
        if (frames > 0 && Session!.IsResting) Checkpointer.LeaveRest(Session, Segments.Sink);
        Segments.NoteSeen(before);
        return frames;
    }

    /// <summary>Sees how much is committed, without capturing it.</summary>
    /// <returns>Frames that stand in the way of the WAL's restart, and how many of them are not captured; null when somebody is in the way.</returns>
    public (uint Frames, uint New)? TryLook() => Session!.TryLook();

    /// <summary>Bytes of the WAL that are committed and not captured, as far as that can be seen now.</summary>
    public long NotCaptured => TryLook() is { } look ? look.New * (long)(WalFrameHeader.Size + Session!.PageSize) : 0;

    /// <summary>Backfills the WAL and lets the reader rest, if nobody is in the way.</summary>
    /// <param name="effort">Whether writers are kept out.</param>
    /// <param name="beside">How long the bulk may be backfilled beside writers; see <see cref="Checkpointer"/>.</param>
    public CheckpointOutcome TryRest(CheckpointEffort effort, TimeSpan? beside = null)
    {
        var before = Position;
        var patience = Math.Clamp((int)WalFrames / _options.ForcedCheckpointPageCount, 1, MaxPatience);
        var outcome = Checkpointer.TryRest(Session!, Segments.Sink, effort, patience, beside);
        Segments.NoteSeen(before);
        return outcome;
    }

    /// <summary>Moves the reader on where somebody's checkpoint may wait for it.</summary>
    /// <returns>Whether it was moved.</returns>
    public bool TryYield()
    {
        var before = Position;
        var isMoved = Checkpointer.TryYield(Session!, Segments.Sink);
        Segments.NoteSeen(before);
        return isMoved;
    }

    /// <summary>A number that changes with each commit of others; null when somebody is in the way.</summary>
    public long? TryGetDataVersion() => Session!.TryGetDataVersion();

    /// <summary>Lets the database go.</summary>
    public void CloseSession()
    {
        try
        {
            // first: whatever the spool's device says, and however long it takes
            LetGo();
        }
        finally
        {
            EndWork();
        }
    }

    /// <summary>Lets the database go at once, and waits for nothing that is under way in the spool: <see cref="EndWork"/> has to follow before anything else.</summary>
    public void LetGo()
    {
        // the guard of the session goes last
        Snapshot.LetGo();
        Session?.Dispose();
        Session = null;
        LeavePlace();
    }

    /// <summary>Ends what was under way when the database was let go: a cut is waited for, and what was captured since then dropped.</summary>
    public void EndWork()
    {
        try
        {
            AbandonWork();
        }
        finally
        {
            Segments.EndCut();
        }
    }

    /// <summary>Goes back to the durable state after a failure, while nothing is under way in the spool.</summary>
    public void GoBack()
    {
        try
        {
            if (!IsOpen) Snapshot.End();
        }
        finally
        {
            Segments.Rewind();
        }
    }

    /// <summary>Whether the device of the spool does not seem to answer.</summary>
    public bool IsHanging => Segments.IsHanging || Patience is { IsHanging: true };

    /// <summary>Whether something is under way in the spool that has to end before what follows: a cut, what was not waited for, or the copy of a database that was let go.</summary>
    public bool IsBusy => Segments.IsCutting || Patience is { IsHanging: true } || (!IsOpen && Snapshot.IsCopying);

    /// <summary>Lets the database go as the last application that has it open does, where all of its WAL is in the file; see <see cref="CaptureSession.CloseLast"/>. Everything is captured.</summary>
    /// <exception cref="LitestreamException">The WAL may be left behind.</exception>
    public void CloseLast() => Close(session => session?.CloseLast());

    /// <summary>Lets a database go that was replaced or written over, without its WAL; see <see cref="CaptureSession.TryCloseWithoutWal"/>.</summary>
    /// <returns>Whether the WAL is gone.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: it can't be deleted.</exception>
    public bool TryCloseWithoutWal()
    {
        if (Session is not { Rest.IsWhole: true } || !Segments.IsAllDurable) return false;
        var isGone = false;
        Close(session => isGone = session!.TryCloseWithoutWal());
        return isGone;
    }

    /// <summary>Lets the database go and ends the present generation, as far as it is recorded.</summary>
    public void EndGeneration()
    {
        try
        {
            CloseSession();
        }
        finally
        {
            Segments.End();
        }
    }

    /// <summary>Gives the place among the open databases back; this one is not open.</summary>
    public void LeavePlace()
    {
        Place?.Dispose();
        Place = null;
    }

    public void Dispose() => CloseSession();

    /// <summary>A run that ended before the first snapshot of its generation was made left one that nobody can restore.</summary>
    private string? WhyIncomplete => _spool.Pages is null ? "the former one has no snapshot" : null;

    private void AbandonWork()
    {
        try
        {
            Segments.Abandon();
        }
        finally
        {
            Snapshot.End();
        }
    }

    private void Close(Action<CaptureSession?> close)
    {
        AbandonWork();
        var session = Session;
        Session = null; // whoever closes it disposes of it, too
        try
        {
            close(session);
        }
        finally
        {
            CloseSession();
        }
    }

    private uint? TryCaptureStream(CancellationToken cancellationToken)
    {
        try
        {
            return Session!.TryCapture(Segments.Sink, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Segments.Rewind();
            throw;
        }
    }

    /// <summary>Goes on with the remembered generation, where the WAL proves that nothing was missed, or else by comparing all pages.</summary>
    private bool TryGoOn(CaptureSession session, Continuity continuity, string? whyUnsure, CancellationToken cancellationToken)
    {
        var state = _spool.State!;
        Segments.GoOn(state);
        var before = Position;
        if ((whyUnsure ?? continuity.WhyNotResume(state, Segments.Sink)) is { } reason) return TryReconcile(session, reason, cancellationToken);
        Segments.NoteSeen(before);
        Announce(ReplicationEventKind.Started, $"Replication goes on with generation {Generation} at {state.Head.Position}.");
        return true;
    }

    private bool TryReconcile(CaptureSession session, string reason, CancellationToken cancellationToken)
    {
        Segments.Abandon();
        if (_spool.Pages is not { } known) return TryStartGeneration(reason);
        using var view = session.TryOpenView();
        if (view is null || view.PageCount == 0) return false; // somebody has just emptied it
        var before = Position;
        var reconciler = new Reconciler(known, view, Segments.Sink, _options.SpoolLimit);
        if (!reconciler.TryRun(cancellationToken)) return TryStartGeneration($"{reason}, and more has changed since than may wait for a replica (-SpoolLimit)");

        session.StartAt(view.Point);
        Segments.NoteSeen(before);
        Segments.Commit();
        Announce(ReplicationEventKind.Reconciled,
            $"Generation {Generation} goes on. The database was compared with it, as {reason}: "
            + (reconciler.Changed == 0 ? "nothing has changed." : $"{reconciler.Changed} of {view.PageCount} pages have changed, and follow."));
        return true;
    }

    private void Announce(ReplicationEventKind kind, string message)
    {
        _events.Place = (Generation!.Value, Position!.Value);
        _events.Write(kind, ReplicationSeverity.Information, message);
    }
}
