namespace Litestream.Engine.Retention;

/// <summary>Why a generation goes or stays.</summary>
public enum RetentionReason
{
    /// <summary>Stays: a running replication uses it, or has something waiting for it.</summary>
    InUse,

    /// <summary>Stays: it holds states of times inside the window.</summary>
    InWindow,

    /// <summary>Stays: it ended before the window, and yet is what a restore to the window's beginning takes.</summary>
    StartsWindow,

    /// <summary>Stays: no other one that can be restored would be left.</summary>
    LastRestorable,

    /// <summary>Goes: no restore to a time inside the window takes it.</summary>
    Outdated,

    /// <summary>Goes: it has no snapshot, and nothing of it is inside the window. So a deletion that was interrupted is finished.</summary>
    NotRestorable,

    /// <summary>Goes: somebody asked for it by name.</summary>
    Asked,
}
