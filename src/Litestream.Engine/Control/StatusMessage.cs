using System.Text.Json.Serialization;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Control;

/// <summary>A <see cref="ReplicationStatus"/> on its way between processes.</summary>
internal sealed record StatusMessage
{
    [JsonRequired]
    public string DatabasePath { get; init; } = string.Empty;

    [JsonRequired]
    public ReplicationState State { get; init; }

    [JsonRequired]
    public DateTimeOffset StartedAt { get; init; }

    [JsonRequired]
    public IReadOnlyList<ReplicaMessage> Replicas { get; init; } = [];

    public string? MetadataPath { get; init; }

    public string? Generation { get; init; }

    public Position? Position { get; init; }

    public DateTimeOffset? LastChangeAt { get; init; }

    public long SpoolBytes { get; init; }

    public SnapshotCopy? FirstSnapshot { get; init; }

    public long BytesShipped { get; init; }

    public ErrorMessage? LastError { get; init; }

    public static StatusMessage Of(ReplicationStatus status) => new()
    {
        DatabasePath = status.DatabasePath,
        State = status.State,
        StartedAt = status.StartedAt,
        Replicas = [.. status.Replicas.Select(ReplicaMessage.Of)],
        MetadataPath = status.MetadataPath,
        Generation = status.Generation?.ToString(),
        Position = status.Position,
        LastChangeAt = status.LastChangeAt,
        SpoolBytes = status.SpoolBytes,
        FirstSnapshot = status.FirstSnapshot,
        BytesShipped = status.BytesShipped,
        LastError = ErrorMessage.Of(status.LastError),
    };

    /// <summary>The status that was sent.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public ReplicationStatus ToStatus() => new(
        DatabasePath ?? throw new InvalidDataException("A status without a database."), State, StartedAt,
        [.. (Replicas ?? []).Select(r => r?.ToStatus() ?? throw new InvalidDataException("A status without a replica."))])
    {
        MetadataPath = MetadataPath,
        Generation = GenerationId.TryParse(Generation, out var id) ? id : null,
        Position = Position,
        LastChangeAt = LastChangeAt,
        SpoolBytes = SpoolBytes,
        FirstSnapshot = FirstSnapshot,
        BytesShipped = BytesShipped,
        LastError = LastError?.ToException(),
    };
}
