namespace Litestream.Engine.Restore;

/// <summary>Files beside a database whose names are made of its own.</summary>
public static class CompanionFiles
{
    /// <summary>What SQLite puts behind a database's name.</summary>
    internal static readonly string[] Sqlite = ["-wal", "-shm", "-journal"];

    // those of a restore that is under way besides
    private static readonly string[] s_all = [.. Sqlite, "-lock", "-spill"];

    /// <summary>Whether a file may be taken for one that belongs to a database, by SQLite or by a restore.</summary>
    /// <param name="path">Its path.</param>
    public static bool IsOneByName(string path) => Array.Exists(s_all, s => path.EndsWith(s, StringComparison.OrdinalIgnoreCase));

    /// <summary>The database that SQLite would take a file for a part of, by its name; null if it would not.</summary>
    /// <param name="path">Its path.</param>
    internal static string? DatabaseOf(string path) =>
        Array.Find(Sqlite, s => path.EndsWith(s, StringComparison.OrdinalIgnoreCase)) is { } suffix ? path[..^suffix.Length] : null;
}
