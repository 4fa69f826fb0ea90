namespace Litestream.Engine.Diagnosis;

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>All is as it should be.</summary>
    Ok,

    /// <summary>Worth knowing, or not to be found out here.</summary>
    Information,

    /// <summary>Replication works, and something may go wrong.</summary>
    Warning,

    /// <summary>Replication does not work so.</summary>
    Error,
}
