namespace Litestream.Engine.Replication;

/// <summary>What one replica of a database is doing.</summary>
public enum ReplicaState
{
    /// <summary>It is being asked what it holds: at the start, and when a generation begins.</summary>
    Connecting,

    /// <summary>It takes what is captured.</summary>
    Running,

    /// <summary>The last try failed; the next one follows by itself.</summary>
    Retrying,

    /// <summary>More waited for it than the spool's bound allows: what waited is let go, nothing new is kept for it, and what it holds
    /// stays restorable. When it takes data again a new generation begins, with a new snapshot.</summary>
    GivenUp,
}
