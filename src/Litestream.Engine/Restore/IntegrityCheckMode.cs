namespace Litestream.Engine.Restore;

/// <summary>How a restored database is checked by SQLite.</summary>
public enum IntegrityCheckMode
{
    /// <summary><c>PRAGMA quick_check</c>.</summary>
    Quick,

    /// <summary><c>PRAGMA integrity_check</c>: indexes too.</summary>
    Full,

    /// <summary>Not at all; checksums of the replica are verified all the same.</summary>
    None,
}
