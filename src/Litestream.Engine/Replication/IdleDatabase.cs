using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>A database in which nothing has happened for long, let go so that it costs next to nothing: no connection, no lock but the one that keeps
/// other replications of it out. It is looked at by way of the file system, which proves nothing; so it is also opened now and then, and whenever
/// somebody wants to know. An opening is a start: what was committed meanwhile is found as it is there.</summary>
/// <param name="options">Which database, and when.</param>
/// <param name="environment">Files, time and randomness.</param>
/// <param name="recorder">Has it open.</param>
/// <param name="folder">Its metadata folder.</param>
internal sealed class IdleDatabase(ReplicationOptions options, EngineEnvironment environment, DatabaseRecorder recorder, MetadataFolder folder) : IDisposable
{
    /// <summary>Between two looks where a change would be told.</summary>
    private static readonly TimeSpan s_longestLook = TimeSpan.FromMinutes(1);

    /// <summary>At most this long it is only looked at.</summary>
    private static readonly TimeSpan s_proof = TimeSpan.FromMinutes(10);

    /// <summary>More than a tick of a file system's clock: within the same one as the last, a write would not show.</summary>
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    private readonly SteadyClock _clock = new(environment.Time);
    private SourceSight _sight;
    private DateTimeOffset _proofDue;
    private IDisposable? _watch;

    /// <summary>Whether it is let go.</summary>
    public bool IsLetGo { get; private set; }

    /// <summary>Whether databases wait to be opened until others are let go.</summary>
    public bool IsWanted => environment.Places.AreScarce;

    /// <summary>Whether it has to be opened, whatever the files show.</summary>
    public bool IsProofDue => _proofDue <= _clock.Now;

    /// <summary>How long there is nothing to look at unless somebody says so.</summary>
    public TimeSpan NextLook => _watch is null ? options.PollInterval : s_longestLook;

    /// <summary>What the files show, if it may be let go when a capture that begins now finds nothing.</summary>
    /// <param name="stillFor">How long nothing has changed.</param>
    public SourceSight? See(TimeSpan stillFor)
    {
        if (options.IdleAfter is not { } after || !environment.Files.TellsAtOnce || (stillFor < after && !IsWanted)) return null;
        var sight = SourceSight.Of(options.DatabasePath, environment.Files);
        return (IsSmall(sight) || IsWanted) && sight.IsOlderThan(environment.Time.GetUtcNow() - s_tick) ? sight : null;
    }

    /// <summary>Lets it go, as an orderly stop does. Everything is captured and shipped.</summary>
    /// <param name="sight">What the files showed before the last capture.</param>
    /// <param name="changed">Is called, on any thread, when something may have changed.</param>
    public void LetGo(SourceSight sight, Action changed)
    {
        recorder.Segments.StampSource();
        // of a large one the WAL is kept, which proves that nothing was missed: else all of it would be read again
        if (IsSmall(sight)) recorder.CloseLast();
        else recorder.CloseSession();
        folder.LetGo();
        environment.Memory.Note();
        _sight = environment.Files.Find(options.DatabasePath + "-wal") is null ? sight with { Wal = null, WalStamp = null } : sight;
        _proofDue = _clock.Now + s_proof * (0.75 + environment.Random.NextDouble() / 2);
        IsLetGo = true;
        try
        {
            // the -wal is watched all the time; an application may leave WAL mode by now, or somebody replace the file
            _watch = environment.Files.Watch(options.DatabasePath, changed);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // it is looked at more often then
        }

        // what has changed since the sight was told to nobody
        changed();
    }

    /// <summary>Whether the files show something else than when it was let go.</summary>
    public bool HasChanged()
    {
        environment.Memory.GiveBack();
        try
        {
            return SourceSight.Of(options.DatabasePath, environment.Files) != _sight;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return true; // whoever opens it is told what is wrong
        }
    }

    /// <summary>Prepares to open it again.</summary>
    /// <exception cref="LitestreamException">Another replication uses its metadata folder, or has used it.</exception>
    public void TakeUp()
    {
        folder.TakeBack();
        IsLetGo = false;
        Dispose();
    }

    /// <summary>Whether all of it may be read when it is opened again.</summary>
    private bool IsSmall(SourceSight sight) => sight.DatabaseStamp?.Length <= options.IdleSizeLimit;

    public void Dispose()
    {
        _watch?.Dispose();
        _watch = null;
    }
}
