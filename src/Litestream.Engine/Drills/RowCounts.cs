using System.Globalization;

namespace Litestream.Engine.Drills;

/// <summary>Rows of every table of a database.</summary>
internal static class RowCounts
{
    // a virtual table has no page of its own, and may need a module that is not here; what it keeps is in other tables
    private const string Tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0";

    /// <summary>Counts them.</summary>
    /// <param name="query">Gives the first column of a query's rows.</param>
    public static IReadOnlyDictionary<string, long> Read(Func<string, IReadOnlyList<string>> query) => query(Tables).ToDictionary(
        name => name,
        // an index could need a collation that only the application has
        name => long.Parse(query($"SELECT count(*) FROM \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" NOT INDEXED")[0], CultureInfo.InvariantCulture),
        StringComparer.Ordinal);

    /// <summary>Puts those of two databases side by side.</summary>
    public static IReadOnlyList<TableRows> Pair(IReadOnlyDictionary<string, long> live, IReadOnlyDictionary<string, long> restored) =>
        [.. live.Keys.Union(restored.Keys).Order(StringComparer.Ordinal).Select(t => new TableRows(t, Find(live, t), Find(restored, t)))];

    private static long? Find(IReadOnlyDictionary<string, long> rows, string table) => rows.TryGetValue(table, out var count) ? count : null;
}
