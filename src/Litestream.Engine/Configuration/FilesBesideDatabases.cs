using System.Text.RegularExpressions;

namespace Litestream.Engine.Configuration;

/// <summary>What lies beside databases and is none, by its name: SQLite's files must not even be opened, and a kept or half-made copy of ours is
/// nobody's database.</summary>
internal static partial class FilesBesideDatabases
{
    /// <summary>Whether a file is one.</summary>
    /// <param name="name">Without its folder.</param>
    public static bool IsOne(string name) => Name().IsMatch(name);

    /// <summary>Whether a folder holds such files only: Litestream's or ours for what waits to be shipped.</summary>
    /// <param name="name">Without its parent.</param>
    public static bool IsFolder(string name) => name.EndsWith("-litestream", StringComparison.Ordinal) || name.EndsWith("-litestream-ps", StringComparison.Ordinal);

    [GeneratedRegex(@"-(?:wal|shm|journal)$|\.(?:before-restore|not-restored|undone)-\d{8}T\d{6}Z|\.restore-[0-9a-f]{8}", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
