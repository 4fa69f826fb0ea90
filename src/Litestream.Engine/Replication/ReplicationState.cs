namespace Litestream.Engine.Replication;

/// <summary>What a replication is doing.</summary>
public enum ReplicationState
{
    /// <summary>The database is being opened.</summary>
    Starting,

    /// <summary>The database has no page yet, or can't be opened for now.</summary>
    Waiting,

    /// <summary>Changes are captured and shipped.</summary>
    Running,

    /// <summary>Nothing has changed for long: the database is let go, and opened again with the next change or request.</summary>
    Idle,

    /// <summary>The last sync is under way.</summary>
    Stopping,

    /// <summary>Ended as asked.</summary>
    Stopped,

    /// <summary>Ended by an error.</summary>
    Failed,
}
