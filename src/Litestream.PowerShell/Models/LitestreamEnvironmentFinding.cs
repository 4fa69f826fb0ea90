namespace Litestream.PowerShell.Models;

/// <summary>What one look at the surroundings of a replication has found.</summary>
/// <param name="Severity">Ok, Information, Warning or Error: with an error, replication does not work so.</param>
/// <param name="Check">What was looked at; a stable name.</param>
/// <param name="Target">The file, folder, process or replica.</param>
/// <param name="Message">A sentence.</param>
/// <param name="Hint">What to do; null if nothing is.</param>
public sealed record LitestreamEnvironmentFinding(string Severity, string Check, string Target, string Message, string? Hint);
