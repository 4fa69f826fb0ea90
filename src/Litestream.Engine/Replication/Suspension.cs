using Litestream.Engine.Errors;

namespace Litestream.Engine.Replication;

/// <summary>Lets the application's WAL go while what is captured can't be kept: no replica is left that takes data, or the spool can't be written. A new generation follows.</summary>
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
