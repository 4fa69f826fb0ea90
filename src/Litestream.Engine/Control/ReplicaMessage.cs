using System.Text.Json.Serialization;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Control;

/// <summary>A <see cref="ReplicaStatus"/> on its way between processes.</summary>
/// <param name="Url">The replica, without secrets.</param>
internal sealed record ReplicaMessage([property: JsonRequired] string Url)
{
    public ReplicaState State { get; init; }

    public Position? Position { get; init; }

    public long LagBytes { get; init; }

    public TimeSpan Lag { get; init; }

    public long SpoolBytes { get; init; }

    public long SnapshotBytes { get; init; }

    public long BytesUnderWay { get; init; }

    public RequestCounts? Requests { get; init; }

    public DateTimeOffset? LastSyncAt { get; init; }

    public ErrorMessage? LastError { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    public static ReplicaMessage Of(ReplicaStatus status) => new(status.Url)
    {
        State = status.State,
        Position = status.Position,
        LagBytes = status.LagBytes,
        Lag = status.Lag,
        SpoolBytes = status.SpoolBytes,
        SnapshotBytes = status.SnapshotBytes,
        BytesUnderWay = status.BytesUnderWay,
        Requests = status.Requests,
        LastSyncAt = status.LastSyncAt,
        LastError = ErrorMessage.Of(status.LastError),
        LastErrorAt = status.LastErrorAt,
    };

    public ReplicaStatus ToStatus() => new(Url ?? throw new InvalidDataException("A replica without a URL."))
    {
        State = State,
        Position = Position,
        LagBytes = LagBytes,
        Lag = Lag,
        SpoolBytes = SpoolBytes,
        SnapshotBytes = SnapshotBytes,
        BytesUnderWay = BytesUnderWay,
        Requests = Requests,
        LastSyncAt = LastSyncAt,
        LastError = LastError?.ToException(),
        LastErrorAt = LastErrorAt,
    };
}
