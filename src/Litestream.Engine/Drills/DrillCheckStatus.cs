namespace Litestream.Engine.Drills;

/// <summary>How one check of a drill ended.</summary>
public enum DrillCheckStatus
{
    /// <summary>Nobody asked for it, or it did not come to it.</summary>
    NotDone,

    /// <summary>What was looked at is as it should be.</summary>
    Passed,

    /// <summary>It is not.</summary>
    Failed,

    /// <summary>It could not be found out.</summary>
    Inconclusive,
}
