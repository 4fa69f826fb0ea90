using Litestream.Engine.Errors;

namespace Litestream.Engine.Replication;

/// <summary>Lets the application's WAL go while what is captured can't be kept: no replica is left that takes data, or the spool can't be written. A new
/// generation follows, or a comparison with what was kept.</summary>
/// <param name="options">How much may wait.</param>
/// <param name="environment">Files and time.</param>
/// <param name="recorder">Has the database open.</param>
/// <param name="requests">Are told that a new generation has to begin.</param>
/// <param name="events">Is told.</param>
internal sealed class Suspension(ReplicationOptions options, EngineEnvironment environment, DatabaseRecorder recorder, GenerationRequests requests, EventLog events)
{
    /// <summary>Whether a replica is left that takes what is captured, or a new generation.</summary>
    public required Func<bool> HasReplica { get; init; }

    /// <summary>Deletes what waits in the spool.</summary>
    public required Action DropSpool { get; init; }

    /// <summary>Why the database is let go until a replica is back; null while it is not.</summary>
    public LitestreamException? Reason { get; private set; }

    /// <summary>Lets it go: no replica is left.</summary>
    public void Begin()
    {
        Reason = new(ErrorCode.ReplicationStalled,
            $"Every replica of '{options.DatabasePath}' is given up: none takes data, and the spool reached its bound of {options.SpoolLimit} bytes.",
            options.DatabasePath, "Make a replica reachable; a new generation with a new snapshot follows by itself.");
        recorder.EndGeneration();
        events.Write(ReplicationEventKind.Waiting, ReplicationSeverity.Warning,
            "No replica is left: the database is let go until one takes data again.", error: Reason);
    }

    /// <summary>Waits until a replica is back.</summary>
    public async Task EndAsync(CancellationToken stop)
    {
        // nobody takes an empty spool for a shipped one: by now all see that there is no generation
        DropSpool();
        while (!HasReplica()) await Task.Delay(options.SyncInterval, environment.Time, stop).ConfigureAwait(false);
        requests.Require("the former one was given up when the spool was full");
        Reason = null;
    }

    /// <summary>Whether no more may be captured before the cut that goes on has ended: there is too much for the spool, or for what a device that hangs leaves, memory.</summary>
    public bool MayNotCapture =>
        recorder.Segments.OpenSize > options.SpoolLimit || (recorder.Segments.IsHanging && recorder.NotCaptured >= recorder.Segments.Room);

    /// <summary>While the spool's device hangs the application's WAL takes its place, but no further than the spool would grow: then the WAL is let go.</summary>
    /// <returns>Why it was; null if it was not.</returns>
    public LitestreamException? LetGoWhereTooMuchWaits()
    {
        if (!recorder.Segments.IsHanging) return null;
        var waiting = recorder.Segments.OpenSize + recorder.NotCaptured;
        return waiting > options.SpoolLimit ? LetGoWhileHanging($"{waiting} bytes of the WAL wait for it") : null;
    }

    /// <summary>Lets the WAL go while a cut hangs. That goes on, and <see cref="DatabaseRecorder.EndWork"/> has to follow.</summary>
    /// <param name="why">Why it may not wait, for people: the end of a sentence.</param>
    /// <returns>What was told.</returns>
    public LitestreamException LetGoWhileHanging(string why)
    {
        recorder.LetGo();
        var error = new LitestreamException(ErrorCode.ReplicationStalled, $"The device of the metadata folder does not answer, and {why}: the database is let go until it does.",
            options.MetadataPath ?? options.DatabasePath, "See what keeps the device; then the generation goes on by itself with what has changed meanwhile.");
        events.Write(ReplicationEventKind.ContinuityLost, ReplicationSeverity.Error, error.Message, error: error);
        return error;
    }

    /// <summary>While the spool can't be written the application's WAL takes its place, but no further than the spool would grow.</summary>
    /// <param name="cause">What is wrong with it.</param>
    public void LetGoOfLargeWal(LitestreamException cause)
    {
        if (!recorder.IsOpen || environment.Files.Find(options.DatabasePath + "-wal") is not { } wal || wal.Length <= options.SpoolLimit) return;
        requests.Require($"the spool could not be written while the WAL grew to {wal.Length} bytes");
        recorder.EndGeneration();
        var error = new LitestreamException(ErrorCode.MetadataUnwritable,
            $"The metadata folder can't be written, and the WAL has grown to {wal.Length} bytes: the database is let go until it can.",
            options.MetadataPath ?? options.DatabasePath, "Make room there, or give this account the rights: a new generation follows by itself.", cause);
        events.Write(ReplicationEventKind.ContinuityLost, ReplicationSeverity.Error, error.Message, error: error);
    }
}
