using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Replication;

/// <summary>How far one replica of a database is.</summary>
/// <param name="Url">The replica, without secrets.</param>
public sealed record ReplicaStatus(string Url)
{
    /// <summary>What it is doing.</summary>
    public ReplicaState State { get; init; }

    /// <summary>To where the replica holds the present generation, with its snapshot alone the start of that; null while it can't be
    /// restored from there.</summary>
    public Position? Position { get; init; }

    /// <summary>Uncompressed WAL bytes captured and not yet confirmed by the replica, also those that are not kept for it any more.</summary>
    public long LagBytes { get; init; }

    /// <summary>Age of the oldest captured change that is not yet confirmed; zero if there is none.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>Compressed WAL bytes that wait in the spool for it: what <see cref="ReplicationOptions.SpoolLimit"/> is held against.</summary>
    public long SpoolBytes { get; init; }

    /// <summary>Compressed bytes of the snapshots that wait in the spool for it, besides <see cref="SpoolBytes"/>; not limited.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>Compressed bytes, of those that wait, that are on their way to it: nothing of them counts before the replica has all of its object.</summary>
    public long BytesUnderWay { get; init; }

    /// <summary>What the replica was asked since the start; null of one whose requests cost nothing.</summary>
    public RequestCounts? Requests { get; init; }

    /// <summary>When the replica last confirmed to hold everything captured, UTC.</summary>
    public DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>The last failure, kept after recovery.</summary>
    public Exception? LastError { get; init; }

    /// <summary>When <see cref="LastError"/> was, UTC.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }
}
