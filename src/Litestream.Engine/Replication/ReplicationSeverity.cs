namespace Litestream.Engine.Replication;

/// <summary>How serious a <see cref="ReplicationEvent"/> is.</summary>
public enum ReplicationSeverity
{
    /// <summary>For whoever wants to follow.</summary>
    Information,

    /// <summary>Worth a look; goes on by itself.</summary>
    Warning,

    /// <summary>Needs somebody.</summary>
    Error,
}
