using System.Text;
using System.Text.RegularExpressions;

namespace Litestream.Engine.Diagnosis;

/// <summary>Tells which SQLite a library is, and what is known of it.</summary>
internal static partial class SqliteVersions
{
    private static readonly Version s_firstWithBug = new(3, 7, 0);

    /// <summary>Whether a version has the WAL-reset bug: 3.7.0 to 3.51.2, but for 3.50.7 and 3.44.6 and what follows these.</summary>
    public static bool HasWalResetBug(Version version) => version >= s_firstWithBug && version < Sqlite.SqliteLibrary.Oldest
        && version is not { Major: 3, Minor: 50, Build: >= 7 } and not { Major: 3, Minor: 44, Build: >= 6 };

    /// <summary>The version that stands in a library's file as a text of its own; null if none does, or several.</summary>
    /// <param name="content">The file.</param>
    public static Version? Find(ReadOnlySpan<byte> content)
    {
        var found = Text().Matches(Encoding.Latin1.GetString(content)).Select(m => m.Groups["version"].Value).Distinct().ToList();
        return found is [var only] ? Version.Parse(only) : null;
    }

    [GeneratedRegex(@"[^\x20-\x7e](?<version>3\.\d{1,2}\.\d{1,2})\0", RegexOptions.CultureInvariant)]
    private static partial Regex Text();
}
