namespace Litestream.Engine.Drills;

/// <summary>What the live database and the restored one hold.</summary>
/// <param name="LiveDigest">SHA-256 of the live database's pages in order, in hex; pages that SQLite does not use are left out.</param>
/// <param name="RestoredDigest">The same of the restored one.</param>
/// <param name="Tables">All tables of both, by name.</param>
public sealed record DrillComparison(string LiveDigest, string RestoredDigest, IReadOnlyList<TableRows> Tables)
{
    /// <summary>Whether they hold the same.</summary>
    public bool IsEqual => LiveDigest == RestoredDigest && Tables.All(t => t.Live == t.Restored);
}
