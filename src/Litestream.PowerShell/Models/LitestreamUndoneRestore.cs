namespace Litestream.PowerShell.Models;

/// <summary>A restore that was taken back.</summary>
/// <param name="Destination">Full path of the database, which is the former one again.</param>
/// <param name="SafetyCopy">Where the database is kept that had been restored: from the pipeline, it is put back.</param>
public sealed record LitestreamUndoneRestore(string Destination, string SafetyCopy);
