using Litestream.Engine.Capture;
using Litestream.Engine.Control;
using Litestream.Engine.Files;
using Litestream.Engine.Replication;
using Litestream.Engine.Threads;

namespace Litestream.Engine;

/// <summary>All that the engine takes from the world outside, so that a simulation can put its own in place.</summary>
public sealed record EngineEnvironment
{
    /// <summary>Files that are not opened by SQLite.</summary>
    public IFileSystem Files { get; init; } = LocalFileSystem.Instance;

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = StandbyTime.OfProcess;

    /// <summary>Source of generation ids, salts and jitter. Not for secrets.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>Name of the SQLite VFS that all connections use; null for SQLite's default.</summary>
    public string? VfsName { get; init; }

    /// <summary>A folder that all replications on this machine share for their lock files.</summary>
    public string LockFolder { get; init; } = Path.GetTempPath();

    /// <summary>How the processes of this user reach each other.</summary>
    public IControlTransport Control { get; init; } = LocalControl.Transport;

    /// <summary>Where long copies run, beside capture.</summary>
    public TaskScheduler Background { get; init; } = TaskScheduler.Default;

    /// <summary>Which run of the operating system this is.</summary>
    public string BootId { get; init; } = BootIdentity.Current;

    /// <summary>What other machines know this one by.</summary>
    public string MachineName { get; init; } = Environment.MachineName;

    /// <summary>Places for open databases.</summary>
    internal OpenPlaces Places { get; init; } = OpenPlaces.OfProcess;

    /// <summary>What closed databases leave.</summary>
    internal FreedMemory Memory { get; init; } = FreedMemory.OfProcess;

    /// <summary>Lets others run for a time, where a thread that holds something of SQLite's can't give itself back to the pool.</summary>
    internal Action<TimeSpan> Pause { get; init; } = Thread.Sleep;

    /// <summary>The parts of capture.</summary>
    internal CaptureParts Capture { get; init; } = new();
}
