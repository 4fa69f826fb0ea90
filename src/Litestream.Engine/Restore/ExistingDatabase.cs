namespace Litestream.Engine.Restore;

/// <summary>What a restore does with a database that is at its destination.</summary>
public enum ExistingDatabase
{
    /// <summary>It refuses.</summary>
    Refuse,

    /// <summary>It replaces the database, and keeps it under another name beside it.</summary>
    Keep,

    /// <summary>It replaces the database, and deletes it.</summary>
    Discard,
}
