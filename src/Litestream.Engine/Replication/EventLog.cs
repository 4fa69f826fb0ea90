using System.Threading.Channels;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>Where a replication's events go. Never blocks: when nobody reads, the oldest are dropped.</summary>
internal sealed class EventLog(string databasePath, TimeProvider time)
{
    private const int Capacity = 1024;

    private readonly Channel<ReplicationEvent> _events = Channel.CreateBounded<ReplicationEvent>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>The events, in order.</summary>
    public ChannelReader<ReplicationEvent> Reader => _events.Reader;

    /// <summary>The generation and position that events carry.</summary>
    public (GenerationId Generation, Position Position)? Place { get; set; }

    /// <summary>Tells something.</summary>
    public void Write(
        ReplicationEventKind kind, ReplicationSeverity severity, string message, string? replicaUrl = null, Exception? error = null) =>
        Write(Create(kind, severity, message) with { ReplicaUrl = replicaUrl, Error = error });

    /// <summary>Tells how far a snapshot is.</summary>
    public void WriteProgress(long done, long total, long began) =>
        Write(Create(ReplicationEventKind.SnapshotProgress, ReplicationSeverity.Information, "A snapshot is being copied.")
            with
        { BytesDone = done, BytesTotal = total, Elapsed = ElapsedSince(began) });

    /// <summary>Now, for <see cref="WriteProgress"/>.</summary>
    public long Timestamp => time.GetTimestamp();

    /// <summary>The time since a <see cref="Timestamp"/>.</summary>
    public TimeSpan ElapsedSince(long began) => time.GetElapsedTime(began);

    /// <summary>Nothing more will come.</summary>
    public void Complete() => _events.Writer.TryComplete();

    private ReplicationEvent Create(ReplicationEventKind kind, ReplicationSeverity severity, string message) =>
        new(time.GetUtcNow(), kind, severity, databasePath, message) { Generation = Place?.Generation, Position = Place?.Position };

    private void Write(ReplicationEvent content) => _events.Writer.TryWrite(content);
}
