namespace Litestream.Engine.Restore;

/// <summary>The steps of a restore.</summary>
public enum RestorePhase
{
    /// <summary>The snapshot is written.</summary>
    Snapshot,

    /// <summary>WAL segments are applied.</summary>
    Wal,

    /// <summary>SQLite checks the result.</summary>
    Check,

    /// <summary>The live database is read, before a drill restores what it compares with it.</summary>
    Live,

    /// <summary>A query that a drill asserts with runs on the result.</summary>
    Assertion,
}
