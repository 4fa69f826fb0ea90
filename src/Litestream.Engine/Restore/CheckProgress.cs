namespace Litestream.Engine.Restore;

/// <summary>How far SQLite's check of a database is.</summary>
/// <param name="PagesRead">Pages that it has read; one that does not stay in its cache counts each time.</param>
/// <param name="Share">The estimated part that is done: it never falls and stays below 1; null where the file can't be estimated.</param>
/// <param name="Left">How long the rest will take; null while nobody can tell.</param>
internal readonly record struct CheckProgress(long PagesRead, double? Share, TimeSpan? Left);
