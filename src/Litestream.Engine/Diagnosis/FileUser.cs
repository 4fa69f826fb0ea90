namespace Litestream.Engine.Diagnosis;

/// <summary>A process that has a database open.</summary>
/// <param name="Name">For people, with its id.</param>
/// <param name="SqliteVersion">Of the SQLite library that it has loaded; null if that can't be seen.</param>
internal sealed record FileUser(string Name, Version? SqliteVersion);
