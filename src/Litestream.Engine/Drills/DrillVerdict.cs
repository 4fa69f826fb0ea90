namespace Litestream.Engine.Drills;

/// <summary>What a drill says of a replica.</summary>
public enum DrillVerdict
{
    /// <summary>It restores, and all that was looked at holds.</summary>
    Passed,

    /// <summary>It does not restore, or what was restored is not what it should be.</summary>
    Failed,

    /// <summary>It could not be found out, e.g. because the store was not reached, or not in time.</summary>
    Inconclusive,

    /// <summary>It was left out on purpose: the database is larger than it may be.</summary>
    Skipped,
}
