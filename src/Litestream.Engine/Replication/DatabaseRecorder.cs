using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>
/// The capture side of a replication: what the session captures becomes segments and snapshots in the spool. For one caller at a
/// time. Whatever fails, the durable state and the spool stay consistent: <see cref="Rewind"/> goes back to them.
/// </summary>
internal sealed class DatabaseRecorder(
    ReplicationOptions options, EngineEnvironment environment, SpoolFolder spool, EventLog events) : IDisposable
{
    /// <summary>How much longer than usual a gap between commits is looked for, the larger the WAL is: about 100 ms then.</summary>
    private const int MaxPatience = 5;

    /// <summary>How often a last capture is tried.</summary>
    private const int MaxTries = 20;

    private readonly CommitClock _clock = new(environment.Time, events);
    private CaptureSession? _session;
    private (CapturePoint Point, SourceFiles Files)? _replaced;
    private WalStreamWriter? _stream;
    private StreamHead? _head;
    private Position? _seen;
    private CutJob? _cut;

    /// <summary>The snapshot that is being copied.</summary>
    public SnapshotInProgress Snapshot { get; } = new(spool, events, environment.Background);

    /// <summary>Is called right before a generation begins.</summary>
    public Action GenerationBegins { get; set; } = () => { };

    /// <summary>Is called, on any thread, when a cut that was begun has ended.</summary>
    public Action CutEnded { get; set; } = () => { };

    /// <summary>The database's place among the open ones; given back when it is let go.</summary>
    public IDisposable? Place { get; set; }

    /// <summary>The present generation; null before there is one.</summary>
    public GenerationId? Generation { get; private set; }

    /// <summary>How far the database is captured.</summary>
    public Position? Position => (_stream?.Head ?? _head)?.Position;

    /// <summary>The time of the last commit, as objects carry it: a snapshot that is taken now has it.</summary>
    public DateTimeOffset SnapshotTime => _clock.Last;

    /// <summary>When the last commit was seen.</summary>
    public DateTimeOffset? LastChangeAt => _clock.LastSeen;

    /// <summary>Whether the database is watched.</summary>
    public bool IsOpen => _session is not null;

    /// <summary>Which files are watched; null if none are.</summary>
    public SourceFiles? Files => _session?.Files;

    /// <summary>Whether a former run has left a generation to go on with.</summary>
    public bool HasState => spool.State is not null;

    /// <summary>Whether the present generation's first snapshot is not there yet: it is being copied, or that failed. Until then nobody
    /// may take the generation for shipped.</summary>
    public bool ExpectsSnapshot => Snapshot.ExpectsFirst;

    /// <summary>Why only another generation helps: the first snapshot could not be made. Null if it can go on.</summary>
    public string? WhyHopeless => Snapshot.LacksFirst ? "the snapshot of the former one could not be made"
        : Generation is { } generation && spool.IsRemoved(generation) ? "the spool of the former one was removed" : null;

    /// <summary>Why the last checkpoint failed; null if it did not.</summary>
    public LitestreamException? CheckpointError => _session?.CheckpointError;

    /// <summary>Whether the reader rests where it is in nobody's way.</summary>
    public bool IsResting => _session is { IsResting: true };

    /// <summary>Whether the last capture failed because the WAL and its wal-index do not belong together.</summary>
    public bool IsWalForeign => _session is { IsWalForeign: true };

    /// <summary>Frames of the WAL's present life.</summary>
    public uint WalFrames => _session?.Point.Frame ?? 0;

    /// <summary>Whether something is captured that no cut has taken.</summary>
    public bool HasOpenSegment => _stream is { IsEmpty: false };

    /// <summary>Uncompressed bytes that are captured and that no cut has taken.</summary>
    public long OpenSize => _stream?.Size ?? 0;

    /// <summary>Whether a cut goes on beside capture, or has ended and is to be settled.</summary>
    public bool HasCut => _cut is not null;

    /// <summary>Whether a cut goes on beside capture.</summary>
    public bool IsCutting => _cut is { IsCompleted: false };

    /// <summary>Whether one has ended, and <see cref="Settle"/> tells how.</summary>
    public bool HasEndedCut => _cut is { IsCompleted: true };

    /// <summary>Starts to watch the database, and goes on with the remembered generation or begins one. False when somebody is
    /// in the way.</summary>
    /// <param name="database">A database in WAL mode that has pages.</param>
    /// <param name="whyNew">Why a new generation has to begin in any case; null if it need not.</param>
    /// <param name="whyUnsure">Why what was captured so far may not be all; null if that is to be found out.</param>
    /// <param name="cancellationToken">Ends a comparison of the whole database.</param>
    public bool TryOpen(DatabaseInfo database, string? whyNew, string? whyUnsure, CancellationToken cancellationToken)
    {
        if (CaptureSession.TryOpen(database, environment) is not { } session) return false;
        _session = session;
        var isOpen = false;
        try
        {
            new Continuity(session, environment).EnsureOwnWal(spool.State, spool.Pages, cancellationToken);
            if (spool.State is { } state) _clock.Resume(state.LastTime);
            isOpen = (whyNew ?? WhyHopeless ?? new Continuity(session, environment).WhyNotGoOn(spool.State) ?? WhyIncomplete) is { } reason
                ? TryStartGeneration(reason) : TryGoOn(session, whyUnsure, cancellationToken);
            if (isOpen) session.NoteSeen();
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
        Settle();
        if (_session!.TryOpenView() is not { } view) return false;
        try
        {
            AbandonStream();
            Snapshot.End();
            _session.StartAt(view.Point);
            var generation = GenerationId.Create(environment.Random);
            var head = StreamHead.Start(_session.PageSize, environment.Random);
            GenerationBegins();
            spool.Begin(StateAt(generation, head, _clock.ForGeneration()));
            (Generation, _head) = (generation, head);
            Announce(ReplicationEventKind.GenerationStarted, $"Generation {generation} begins: {reason}.");
            Snapshot.Start(view, generation, head.Position.Index, _clock.Last, isFirst: true);
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
        if (Snapshot.Exists || Snapshot.LacksFirst || _session!.TryOpenView() is not { } view) return null;
        uint frames;
        try
        {
            // up to the view's commit and no further: the snapshot is exactly the database at the start of the index that follows
            var before = Position;
            if (_session.TryCaptureTo(view, Stream()) is not { } captured)
            {
                view.Dispose();
                return null;
            }

            frames = captured;
            if (Position != before) NoteSeen();
            Cut();
            Roll();
            Snapshot.Start(view, Generation!.Value, _head!.Position.Index, _clock.Last, isFirst: false);
        }
        catch
        {
            view.Dispose();
            throw;
        }

        if (frames > 0 && _session.IsResting) Checkpointer.LeaveRest(_session, Stream());
        return _head.Position.Index;
    }

    /// <summary>Captures what is committed now.</summary>
    /// <param name="cancellationToken">Ends a capture that finds much; what it found so far is captured again the next time.</param>
    /// <returns>The number of frames; null when somebody is in the way.</returns>
    public uint? TryCapture(CancellationToken cancellationToken)
    {
        var before = Position;
        var frames = TryCaptureStream(cancellationToken);
        if (frames > 0 && _session!.IsResting) Checkpointer.LeaveRest(_session, Stream());
        if (Position != before) NoteSeen();
        return frames;
    }

    /// <summary>Sees how much is committed, without capturing it.</summary>
    /// <returns>Frames that stand in the way of the WAL's restart, and how many of them are not captured; null when somebody is in the way.</returns>
    public (uint Frames, uint New)? TryLook() => _session!.TryLook();

    /// <summary>Backfills the WAL and lets the reader rest, if nobody is in the way.</summary>
    /// <param name="effort">Whether writers are kept out.</param>
    /// <param name="beside">How long the bulk may be backfilled beside writers; see <see cref="Checkpointer"/>.</param>
    public CheckpointOutcome TryRest(CheckpointEffort effort, TimeSpan? beside = null)
    {
        var before = Position;
        var patience = Math.Clamp((int)WalFrames / options.ForcedCheckpointPageCount, 1, MaxPatience);
        var outcome = Checkpointer.TryRest(_session!, Stream(), effort, patience, beside);
        if (Position != before) NoteSeen();
        return outcome;
    }

    /// <summary>Moves the reader on where somebody's checkpoint may wait for it.</summary>
    /// <returns>Whether it was moved.</returns>
    public bool TryYield()
    {
        var before = Position;
        var isMoved = Checkpointer.TryYield(_session!, Stream());
        if (Position != before) NoteSeen();
        return isMoved;
    }

    /// <summary>Makes what is captured a durable segment, or several where it is more than an index takes.</summary>
    /// <returns>Whether there was something.</returns>
    public bool Cut()
    {
        Settle();
        if (!HasOpenSegment) return false;
        Commit(_stream!);
        return true;
    }

    /// <summary>Begins to do what <see cref="Cut"/> does, beside capture. Nothing while the last one is not settled.</summary>
    /// <returns>Whether a cut began.</returns>
    public bool BeginCut()
    {
        if (_cut is not null || !HasOpenSegment) return false;
        var state = Seal(_stream!);
        _cut = CutJob.Start(_stream!, state, spool, environment.Background, CutEnded);
        (_stream, _head) = (null, RollIfFull(state.Head));
        return true;
    }

    /// <summary>Waits for a cut that was begun, if there is one. Where it failed, goes back to the durable state and throws why.</summary>
    public void Settle()
    {
        try
        {
            EndCut();
        }
        catch
        {
            // what follows on it has nothing to follow on
            Rewind();
            throw;
        }
    }

    /// <summary>Remembers, once, how the database file looks while our reader rests: it holds all that is captured, and all of that is cut.</summary>
    public void StampRest()
    {
        if (_session is { IsWholeAtRest: true } && _cut is null && !HasOpenSegment && spool.State is { Stamp: null }) StampSource();
    }

    /// <summary>Remembers how the database file is left, or rests, where it holds all of the WAL; everything is captured and cut.</summary>
    public void StampSource()
    {
        Settle();
        if (HasOpenSegment) throw new InvalidOperationException("A segment that its state does not count would be published.");
        // else it may be one that somebody has copied there a moment ago
        if (!_session!.IsSeenWhole()) return;
        if (spool.State is { } state && new Continuity(_session, environment).ReadStamp() is { } stamp) spool.Commit(Stream(), state with { Source = _session.Point, Stamp = stamp });
    }

    /// <summary>Records what was committed until the database's name led elsewhere: the files are still held.</summary>
    /// <exception cref="ContinuityLostException">That is not all.</exception>
    public void CaptureLast()
    {
        if (_session is null || Generation is null) return;
        _replaced = (_session.Point, _session.Files);
        // what was captured before is whole, whatever becomes of the rest
        Cut();
        for (var tries = 1; ; tries++)
        {
            switch (_session.TryCaptureLast(Stream()))
            {
                case null when tries == MaxTries: throw new ContinuityLostException("somebody was in the way");
                case null: continue;
                case > 0:
                    _replaced = (_session.Point, _session.Files);
                    Cut();
                    return;
                default: return;
            }
        }
    }

    /// <summary>Goes on after something has changed the database file, if it holds what it should.</summary>
    /// <param name="cancellationToken">Ends the reading of all of it.</param>
    /// <returns>Whether it does.</returns>
    public bool TryTrust(CancellationToken cancellationToken) => _session is { IsWholeAtRest: true } ? TryRestAgain(cancellationToken) : TryTrustUnrested(cancellationToken);

    private bool TryTrustUnrested(CancellationToken cancellationToken)
    {
        if (_session is not { } session || spool is not { State: { } state, Pages: { } pages } || !session.Point.IsSameLife(state.Source)) return false;
        session.NoteSeen(); // before: what is written meanwhile is told the next time
        return !session.HasFormerWal(state.Source, pages, isWhole: false, isOtherFile: false, cancellationToken);
    }

    private bool TryRestAgain(CancellationToken cancellationToken)
    {
        if (_session is not { } session || HasOpenSegment || HasCut || spool is not { State: { } state, Pages: { } pages } || state.Source.Frame != session.Point.Frame
            || !session.Point.IsSameLife(state.Source) || !session.TryRestAgain(pages, cancellationToken)) return false;
        StampSource();
        return true;
    }

    /// <summary>Lets a database go that was replaced or written over, without its WAL; see <see cref="CaptureSession.TryCloseWithoutWal"/>.</summary>
    /// <returns>Whether the WAL is gone.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: it can't be deleted.</exception>
    public bool TryCloseWithoutWal()
    {
        if (_session is not { IsWholeAtRest: true } session || HasOpenSegment || HasCut) return false;
        AbandonStream();
        Snapshot.End();
        _session = null;
        try
        {
            return session.TryCloseWithoutWal();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, options.DatabasePath, "delete the WAL of the former database", ErrorCode.DatabaseError);
        }
    }

    /// <summary>Refuses a database beside which the WAL is of the one that it has replaced, as far as that is known without opening it.</summary>
    /// <param name="database">Its present file.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>.</exception>
    public void EnsureNoFormerWal(DatabaseInfo database)
    {
        var (path, present) = (options.DatabasePath, SourceFiles.Of(options.DatabasePath, environment.Files));
        // what was captured last may not have got into the state, by which an open database can prove more
        var isUnstated = _replaced is { } replaced && replaced.Files.Database != present.Database && !replaced.Point.IsSameLife(spool.State?.Source);
        if (isUnstated && FormerWal.IsBeside(path, _replaced!.Value.Point, environment.Files)) throw FormerWal.Refusal(path);
        // who leaves WAL mode removes the WAL
        if (!database.IsWal && spool.State is { } state && FormerWal.IsBeside(path, state.Source, environment.Files)) throw FormerWal.Refusal(path);
        _replaced = null;
    }

    /// <summary>A number that changes with each commit of others; null when somebody is in the way.</summary>
    public long? TryGetDataVersion() => _session!.TryGetDataVersion();

    /// <summary>Goes back to the durable state after a failure: what was captured since then is captured again.</summary>
    public void Rewind()
    {
        try
        {
            AbandonStream();
        }
        finally
        {
            try
            {
                EndCut();
            }
            finally
            {
                if (spool.State is { } state)
                {
                    _session?.RewindTo(state.Source);
                    _head = RollIfFull(state.Head);
                }
            }
        }
    }

    /// <summary>Lets the database go.</summary>
    public void CloseSession()
    {
        try
        {
            try
            {
                AbandonStream();
            }
            finally
            {
                Snapshot.End();
            }
        }
        finally
        {
            // whatever the spool's device says, and however long it takes, the application's WAL is let go
            _session?.Dispose();
            _session = null;
            LeavePlace();
            EndCut();
        }
    }

    /// <summary>Lets the database go as the last application that has it open does, where all of its WAL is in the file; see <see cref="CaptureSession.CloseLast"/>. Everything is captured.</summary>
    /// <exception cref="LitestreamException">The WAL may be left behind.</exception>
    public void CloseLast()
    {
        AbandonStream();
        Snapshot.End();
        var session = _session;
        _session = null;
        try
        {
            session?.CloseLast();
        }
        finally
        {
            CloseSession();
        }
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
            (Generation, _head) = (null, null);
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
    private string? WhyIncomplete => spool.Pages is null ? "the former one has no snapshot" : null;

    private WalStreamWriter Stream() => _stream ??= new(
        head => spool.CreateSegment(Generation!.Value, head), _head!, options.MaxIndexSize);

    /// <summary>Begins the next index, if this one has anything, durably: else the former one would go on after a death, and with it
    /// grow what is below a snapshot.</summary>
    private void Roll()
    {
        AbandonStream();
        if (_head!.Position.Offset > 0) _head = _head.NextIndex();
        if (_head.Position != spool.State!.Head.Position) spool.Commit(Stream(), StateAt(Generation!.Value, _head, _clock.Last));
        events.Place = (Generation!.Value, _head.Position);
    }

    private void NoteSeen()
    {
        _clock.Seen();
        _seen = Position;
    }

    private void AbandonStream()
    {
        var stream = _stream;
        _stream = null; // whether or not its file can be deleted
        stream?.Dispose();
    }

    private uint? TryCaptureStream(CancellationToken cancellationToken)
    {
        try
        {
            return _session!.TryCapture(Stream(), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Rewind();
            throw;
        }
    }

    private void Commit(WalStreamWriter stream)
    {
        var state = Seal(stream);
        spool.Commit(stream, state);
        (_stream, _head) = (null, RollIfFull(state.Head));
        events.Place = (Generation!.Value, state.Head.Position);
    }

    /// <summary>The state with what is captured.</summary>
    private SpoolState Seal(WalStreamWriter stream)
    {
        // frames that were taken while something else was done, or before it failed, were seen no earlier than now
        if (!stream.IsEmpty && stream.Head.Position != _seen) NoteSeen();
        var counted = stream.Segments[^1].IsEmpty ? 0 : 1;
        return StateAt(Generation!.Value, stream.Head with { SegmentCount = stream.Head.SegmentCount + counted }, _clock.ForCommit());
    }

    private void EndCut()
    {
        if (_cut is not { } cut) return;
        _cut = null; // whether or not it succeeded
        cut.Finish();
        events.Place = (Generation!.Value, cut.End);
    }

    /// <summary>Goes on with the remembered generation, where the WAL proves that nothing was missed, or else by comparing all pages.</summary>
    private bool TryGoOn(CaptureSession session, string? whyUnsure, CancellationToken cancellationToken)
    {
        var state = spool.State!;
        (Generation, _head) = (GenerationId.Parse(state.Generation), RollIfFull(state.Head));
        if ((whyUnsure ?? new Continuity(session, environment).WhyNotResume(state, Stream())) is { } reason) return TryReconcile(session, reason, cancellationToken);
        if (HasOpenSegment) NoteSeen();
        Announce(ReplicationEventKind.Started, $"Replication goes on with generation {Generation} at {state.Head.Position}.");
        return true;
    }

    private bool TryReconcile(CaptureSession session, string reason, CancellationToken cancellationToken)
    {
        AbandonStream();
        if (spool.Pages is not { } known) return TryStartGeneration(reason);
        using var view = session.TryOpenView();
        if (view is null) return false;
        var reconciler = new Reconciler(known, view, Stream(), options.SpoolLimit);
        if (!reconciler.TryRun(cancellationToken)) return TryStartGeneration($"{reason}, and more has changed since than may wait for a replica (-SpoolLimit)");

        session.StartAt(view.Point);
        if (HasOpenSegment) NoteSeen();
        Commit(Stream());
        Announce(ReplicationEventKind.Reconciled,
            $"Generation {Generation} goes on. The database was compared with it, as {reason}: "
            + (reconciler.Changed == 0 ? "nothing has changed." : $"{reconciler.Changed} of {view.PageCount} pages have changed, and follow."));
        return true;
    }

    private SpoolState StateAt(GenerationId generation, StreamHead head, DateTimeOffset time) =>
        new(generation.ToString(), head, _session!.Point, _session.Files.Database, environment.BootId, time) { SourceWal = _session.Files.Wal };

    private StreamHead RollIfFull(StreamHead head) =>
        head.SegmentCount >= options.MaxSegmentsPerIndex || head.Position.Offset >= options.MaxIndexSize
            ? head.NextIndex() : head;

    private void Announce(ReplicationEventKind kind, string message)
    {
        events.Place = (Generation!.Value, _head!.Position);
        events.Write(kind, ReplicationSeverity.Information, message);
    }
}
