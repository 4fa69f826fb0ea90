using Litestream.Engine;
using Litestream.Engine.Errors;

namespace Litestream.PowerShell.Replications;

/// <summary>All replications of this process. Jobs belong to a runspace; this is what stands above the runspaces.</summary>
internal static class ReplicationRegistry
{
    private static readonly object s_gate = new();
    private static readonly List<ReplicationSession> s_sessions = [];

    internal static IReadOnlyList<ReplicationSession> Sessions
    {
        get
        {
            lock (s_gate) return [.. s_sessions];
        }
    }

    /// <summary>Enters a session that is to be started. One that failed for the same database makes room.</summary>
    /// <exception cref="LitestreamException">The database, by any path, or a replica is in use.</exception>
    internal static void Add(ReplicationSession session, EngineEnvironment environment)
    {
        lock (s_gate)
        {
            var identity = environment.Files.Identify(session.DatabasePath);
            var same = s_sessions.Find(s =>
                s.DatabasePath == session.DatabasePath
                || (identity is not null && identity == environment.Files.Identify(s.DatabasePath)));
            if (same is { Completion.IsCompleted: false }) throw AlreadyRunning(same);
            if (same is not null) s_sessions.Remove(same);

            if (s_sessions.Find(s => !s.Completion.IsCompleted && s.Replicas.Intersect(session.Replicas).Any()) is { } other)
                throw InUse(other, other.Replicas.Intersect(session.Replicas).First());
            s_sessions.Add(session);
        }
    }

    internal static void Remove(ReplicationSession session)
    {
        lock (s_gate) s_sessions.Remove(session);
    }

    private static LitestreamException AlreadyRunning(ReplicationSession session) => new(
        nameof(ErrorCode.ReplicationAlreadyRunning),
        $"The database '{session.DatabasePath}' is being replicated already{(session.JobId is { } id ? $", by job {id}" : string.Empty)}.",
        session.DatabasePath, "Stop it with Stop-LitestreamReplication first.");

    private static LitestreamException InUse(ReplicationSession session, string replica) => new(
        nameof(ErrorCode.ReplicaInUse),
        $"The replica '{replica}' takes another database already: '{session.DatabasePath}'.",
        replica, "Give each database a replica of its own.");
}
