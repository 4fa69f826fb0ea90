using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Retention;
using Litestream.Engine.Verification;
using Litestream.PowerShell.Errors;

namespace Litestream.PowerShell.Models;

/// <summary>Makes what users see out of what the engine tells: engine types can't be named in a script.</summary>
internal static class ModelConversions
{
    internal static LitestreamGeneration ToModel(this GenerationInfo generation, LitestreamReplica replica) => new(
        replica, generation.Id.ToString(), generation.CreatedAt, generation.UpdatedAt,
        generation.Snapshots.Count, generation.Segments.Count, generation.Size);

    internal static LitestreamSnapshot ToModel(this SnapshotInfo snapshot, LitestreamReplica replica) => new(
        replica, snapshot.Generation.ToString(), snapshot.Index, snapshot.Size, snapshot.CreatedAt);

    internal static LitestreamWalSegment ToModel(this MeasuredSegment measured, LitestreamReplica replica)
    {
        var segment = measured.Segment;
        return new(
            replica, segment.Generation.ToString(), segment.Start.Index, segment.Start.Offset, measured.EndOffset,
            segment.Size, segment.CreatedAt);
    }

    internal static LitestreamRestoreWindow ToModel(this RestoreWindow window, LitestreamReplica replica) => new(
        replica, window.Generation.ToString(), window.From, window.To, window.End.Index, window.End.Offset, window.Points.Count, window.MissingKey);

    internal static LitestreamRestorePoint ToModel(this RestorePoint point, GenerationId generation, LitestreamReplica replica) => new(
        replica, generation.ToString(), point.Index, point.Offset, point.Time);

    internal static LitestreamRemoval ToModel(this GenerationRetention part, string replica) => new(
        replica, part.Generation.Id.ToString(), part.Reason.ToString(), part.Snapshots.Count, part.Segments.Count, part.Size,
        part.Generation.Snapshots.Count - part.Snapshots.Count, part.Generation.Segments.Count - part.Segments.Count,
        part.Generation.Size - part.Size, part.RestorableFrom);

    internal static LitestreamReplicaTest ToModel(this GenerationVerification result, LitestreamReplica replica) => new(
        replica, result.Generation.Id.ToString(), result.Passed ? "Passed" : "Failed", result.EndProof.ToString(), result.End?.ToModel(),
        result.ObjectsRead, result.Generation.Snapshots.Count + result.Generation.Segments.Count, result.BytesRead, result.Unreachable.Count,
        [.. result.Damages.Select(d => new LitestreamDamage(d.Code.ToString(), d.Key, d.Message, d.LastGood?.ToModel()) { Obstacle = d.ToObstacle() })], result.Duration)
    {
        StartedAt = result.StartedAt,
        Warnings = [.. result.Warnings],
    };

    internal static LitestreamPosition ToModel(this Position position) => new(position.Index, position.Offset);

    internal static LitestreamReplicationEvent ToModel(this ReplicationEvent happened) => new(
        happened.Time, happened.Kind.ToString(), happened.Severity.ToString(), happened.DatabasePath, happened.Message)
    {
        Replica = happened.ReplicaUrl,
        Generation = happened.Generation?.ToString(),
        Position = happened.Position?.ToModel(),
    };

    internal static IEnumerable<LitestreamReplication> ToModels(this ReplicationStatus status, int processId, int? jobId) =>
        from replica in status.Replicas
        let error = replica.LastError ?? status.LastError
        select new LitestreamReplication
        {
            DatabasePath = status.DatabasePath,
            Replica = replica.Url,
            MetadataPath = status.MetadataPath,
            // whoever looks after a replication need not know that its database is closed while nothing happens
            State = (status.State == ReplicationState.Idle ? ReplicationState.Running : status.State).ToString(),
            ReplicaState = replica.State.ToString(),
            Generation = status.Generation?.ToString(),
            Position = status.Position?.ToModel(),
            ReplicaPosition = replica.Position?.ToModel(),
            Lag = replica.Lag,
            LagBytes = replica.LagBytes,
            Requests = replica.Requests is { } r ? new(r.Put, r.Get, r.Head, r.List, r.Delete) : null,
            SpoolBytes = replica.SpoolBytes,
            SnapshotBytes = replica.SnapshotBytes,
            BytesShipped = status.BytesShipped,
            StartedAt = status.StartedAt,
            LastChangeAt = status.LastChangeAt,
            LastSyncAt = replica.LastSyncAt,
            LastError = error is null ? null : ErrorTable.ToPublic(error),
            LastErrorAt = replica.LastErrorAt,
            ProcessId = processId,
            JobId = jobId,
        };

    internal static LitestreamSyncResult ToModel(this SyncResult result, string databasePath, int processId, bool wasRunning) => new(
        databasePath, [.. result.Replicas], result.Generation.ToString(), result.Position?.ToModel(), result.Duration, result.BytesShipped,
        wasRunning, processId);

    internal static LitestreamRestoreResult ToModel(this RestoreResult result, IntegrityCheckMode check) => new(
        result.Path, result.Plan.ReplicaUrl, result.Plan.Generation.ToString(), result.Reached.Index, result.Reached.Offset,
        result.RestoredTo, result.Transactions, result.Plan.Segments.Count, result.Plan.Size,
        result.PageSize, result.PageCount, check.ToString(), result.Duration)
    {
        SafetyCopy = result.SafetyCopy,
        IsPartial = result.Loss is not null,
        DamagedObject = result.Loss?.Key,
        LostSegmentCount = result.Loss?.Segments.Count ?? 0,
        LostUntil = result.Loss?.Until,
    };
}
