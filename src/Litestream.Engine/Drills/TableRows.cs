namespace Litestream.Engine.Drills;

/// <summary>Rows of a table in the live database and in the restored one.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Live">Rows in the live database; null if it has no such table.</param>
/// <param name="Restored">Rows in the restored one; null if it has no such table.</param>
public sealed record TableRows(string Table, long? Live, long? Restored);
