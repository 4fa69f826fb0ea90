using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>How far one replica of a database is.</summary>
/// <param name="Url">The replica, without secrets.</param>
public sealed record ReplicaStatus(string Url)
{
    /// <summary>What the replica holds of the present generation; null before the first confirmation.</summary>
    public Position? Position { get; init; }

    /// <summary>Uncompressed WAL bytes captured and not yet confirmed by the replica.</summary>
    public long LagBytes { get; init; }

    /// <summary>Age of the oldest captured change that is not yet confirmed; zero if there is none.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>When the replica last confirmed to hold everything captured, UTC.</summary>
    public DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>The last failure, kept after recovery.</summary>
    public Exception? LastError { get; init; }

    /// <summary>When <see cref="LastError"/> was, UTC.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }
}
