using Litestream.Engine.Capture;
using Litestream.Engine.Format;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>The stream of the present generation: what the session captures becomes durable segments, and with them the state that a start goes on from. For one caller at a time.
/// Whatever fails, the durable state and the spool stay consistent: <see cref="Rewind"/> goes back to them.</summary>
/// <param name="options">How large an index gets.</param>
/// <param name="environment">The time, and where a cut runs.</param>
/// <param name="spool">Receives the segments.</param>
/// <param name="events">Is told.</param>
internal sealed class SegmentRecorder(ReplicationOptions options, EngineEnvironment environment, SpoolFolder spool, EventLog events)
{
    /// <summary>A cut that takes longer hangs.</summary>
    private static readonly TimeSpan s_longestCut = TimeSpan.FromSeconds(1);

    private readonly CommitClock _clock = new(environment.Time, events);
    private WalStreamWriter? _stream;
    private StreamHead? _head;
    private Position? _seen;
    private CutJob? _cut;
    private long _cutSince;
    private IReadOnlyList<string>? _replicas;

    /// <summary>The database that is recorded; null while none is watched.</summary>
    public CaptureSession? Session { get; set; }

    /// <summary>Is called, on any thread, when a cut that was begun has ended.</summary>
    public Action CutEnded { get; set; } = () => { };

    /// <summary>Gives the URLs of the replicas that are offered what is recorded now.</summary>
    public Func<IReadOnlyList<string>> Offered { get; set; } = () => [];

    /// <summary>The present generation; null before there is one.</summary>
    public GenerationId? Generation { get; private set; }

    /// <summary>How far the database is captured.</summary>
    public Position? Position => (_stream?.Head ?? _head)?.Position;

    /// <summary>The time of the last commit, as objects carry it: a snapshot that is taken now has it.</summary>
    public DateTimeOffset SnapshotTime => _clock.Last;

    /// <summary>When the last commit was seen.</summary>
    public DateTimeOffset? LastChangeAt => _clock.LastSeen;

    /// <summary>Receives what is captured.</summary>
    public WalStreamWriter Sink => _stream ??= new(head => spool.CreateSegment(Generation!.Value, head), _head!, options.MaxIndexSize, () => Room);

    /// <summary>Whether something is captured that no cut has taken.</summary>
    public bool HasOpenSegment => _stream is { IsEmpty: false };

    /// <summary>Uncompressed bytes that are captured and that no cut has taken.</summary>
    public long OpenSize => _stream?.Size ?? 0;

    /// <summary>Whether a cut goes on beside capture, or has ended and is to be settled.</summary>
    public bool HasCut => _cut is not null;

    /// <summary>Whether a cut goes on beside capture.</summary>
    public bool IsCutting => _cut is { IsCompleted: false };

    /// <summary>Whether one goes on for so long that the device does not seem to answer.</summary>
    public bool IsHanging => IsCutting && environment.Time.GetElapsedTime(_cutSince) >= s_longestCut;

    /// <summary>Uncompressed bytes that can still be captured: where a cut hangs those that touch no device.</summary>
    public long Room => !IsHanging ? long.MaxValue : Math.Min(Lz4FrameWriter.RoomInMemory - OpenSize, options.MaxIndexSize - (Position?.Offset ?? 0));

    /// <summary>Whether one has ended, and <see cref="Settle"/> tells how.</summary>
    public bool HasEndedCut => _cut is { IsCompleted: true };

    /// <summary>Whether the durable state has all that is captured.</summary>
    public bool IsAllDurable => !HasOpenSegment && !HasCut;

    /// <summary>Begins a generation at the session's point.</summary>
    /// <param name="generation">The generation.</param>
    public void Begin(GenerationId generation)
    {
        var head = StreamHead.Start(Session!.PageSize, environment.Random);
        _replicas = Offered();
        spool.Begin(StateAt(generation, head, _clock.ForGeneration()));
        (Generation, _head) = (generation, head);
    }

    /// <summary>Takes note of the times that a former run has recorded.</summary>
    /// <param name="state">What it left; null for nothing.</param>
    public void NoteTimes(SpoolState? state)
    {
        if (state is not null) _clock.Resume(state.LastTime);
    }

    /// <summary>Goes on with a generation.</summary>
    /// <param name="state">What a former run left of it.</param>
    public void GoOn(SpoolState state) => (Generation, _head, _replicas) = (GenerationId.Parse(state.Generation), RollIfFull(state.Head), state.Replicas);

    /// <summary>Ends the present generation, as far as it is recorded.</summary>
    public void End() => (Generation, _head) = (null, null);

    /// <summary>Notes when a commit was seen, if something was captured.</summary>
    /// <param name="before">The position before that.</param>
    public void NoteSeen(Position? before)
    {
        if (Position == before) return;
        _clock.Seen();
        _seen = Position;
    }

    /// <inheritdoc cref="SegmentWriter.WriteFull"/>
    public void WriteFull() => _stream?.WriteFull();

    /// <summary>Makes what is captured a durable segment, or several where it is more than an index takes.</summary>
    /// <returns>Whether there was something.</returns>
    public bool Cut()
    {
        Settle();
        if (!HasOpenSegment) return false;
        Commit();
        return true;
    }

    /// <summary>Begins to do what <see cref="Cut"/> does, beside capture. Nothing while the last one is not settled.</summary>
    /// <returns>Whether a cut began.</returns>
    public bool BeginCut()
    {
        if (_cut is not null || !HasOpenSegment) return false;
        var state = Seal(_stream!);
        _cutSince = environment.Time.GetTimestamp();
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

    /// <summary>Ends a cut before what is left is captured last: what it has failed to keep is captured again with that, and the next cut tells whether
    /// the device takes it.</summary>
    /// <exception cref="DeviceHangsException">It goes on: what it keeps must not be captured again.</exception>
    public void SettleLast()
    {
        try
        {
            Settle();
        }
        catch (Exception e) when (SpoolErrors.IsRecoverable(e) && !HasCut)
        {
            var error = SpoolErrors.Named(e, options);
            events.Write(ReplicationEventKind.RetryScheduled, ReplicationSeverity.Warning, $"{error.Message} {error.Hint} It is tried again at once.", error: error);
        }
    }

    /// <summary>Makes what is captured, and the session's point in any case, durable. There is no cut that goes on.</summary>
    public void Commit()
    {
        var stream = Sink;
        var state = Seal(stream);
        spool.Commit(stream, state);
        (_stream, _head) = (null, RollIfFull(state.Head));
        events.Place = (Generation!.Value, state.Head.Position);
    }

    /// <summary>Begins the next index, if this one has anything, durably: else the former one would go on after a death, and with it
    /// grow what is below a snapshot.</summary>
    /// <returns>The index.</returns>
    public int Roll()
    {
        Abandon();
        if (_head!.Position.Offset > 0) _head = _head.NextIndex();
        if (_head.Position != spool.State!.Head.Position) spool.Commit(Sink, StateAt(Generation!.Value, _head, _clock.Last));
        events.Place = (Generation!.Value, _head.Position);
        return _head.Position.Index;
    }

    /// <summary>Remembers, once, how the database file looks while our reader rests: it holds all that is captured, and all of that is cut.</summary>
    public void StampRest()
    {
        if (Session is { Rest.IsWhole: true } && IsAllDurable && spool.State is { Stamp: null }) StampSource();
    }

    /// <summary>Remembers how the database file is left, or rests, where it holds all of the WAL; everything is captured and cut.</summary>
    public void StampSource()
    {
        Settle();
        if (HasOpenSegment) throw new InvalidOperationException("A segment that its state does not count would be published.");
        // else it may be one that somebody has copied there a moment ago
        if (!Session!.Rest.IsSeenWhole) return;
        if (spool.State is { } state && new Continuity(Session, environment).ReadStamp() is { } stamp) spool.Commit(Sink, state with { Source = Session.Point, SourceWal = Session.Files.Wal, Stamp = stamp });
    }

    /// <summary>Remembers that a replica was given up, unless the next cut does: what leaves the spool from now on it does not hold.</summary>
    public void NoteReplicas()
    {
        if (!IsAllDurable || spool.State is not { } state || state.Generation != Generation?.ToString()) return;
        if (StillOffered() is { } replicas && replicas.Count < state.Replicas?.Count) spool.Commit(Sink, state with { Replicas = replicas });
    }

    /// <summary>Goes back to the durable state after a failure: what was captured since then is captured again.</summary>
    public void Rewind()
    {
        try
        {
            Abandon();
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
                    Session?.RewindTo(state.Source);
                    _head = RollIfFull(state.Head);
                }
            }
        }
    }

    /// <summary>Drops what is captured and in no segment.</summary>
    public void Abandon()
    {
        var stream = _stream;
        _stream = null; // whether or not its file can be deleted
        stream?.Dispose();
    }

    /// <summary>Waits for a cut that was begun, if there is one, and throws why it failed.</summary>
    public void EndCut()
    {
        if (_cut is not { } cut) return;
        cut.Wait();
        _cut = null; // whether or not it succeeded
        cut.Finish();
        events.Place = (Generation!.Value, cut.End);
    }

    /// <summary>The state with what is captured.</summary>
    private SpoolState Seal(WalStreamWriter stream)
    {
        // frames that were taken while something else was done, or before it failed, were seen no earlier than now
        if (!stream.IsEmpty) NoteSeen(_seen);
        var counted = stream.Segments[^1].IsEmpty ? 0 : 1;
        return StateAt(Generation!.Value, stream.Head with { SegmentCount = stream.Head.SegmentCount + counted }, _clock.ForCommit());
    }

    private SpoolState StateAt(GenerationId generation, StreamHead head, DateTimeOffset time) =>
        new(generation.ToString(), head, Session!.Point, Session.Files.Database, environment.BootId, time) { SourceWal = Session.Files.Wal, Replicas = _replicas = StillOffered() };

    /// <summary>Who has once missed something is not counted again before the next generation.</summary>
    private IReadOnlyList<string>? StillOffered()
    {
        if (_replicas is not { } known) return null;
        var offered = Offered();
        return known.All(offered.Contains) ? known : [.. known.Where(offered.Contains)];
    }

    private StreamHead RollIfFull(StreamHead head) =>
        head.SegmentCount >= options.MaxSegmentsPerIndex || head.Position.Offset >= options.MaxIndexSize
            ? head.NextIndex() : head;
}
