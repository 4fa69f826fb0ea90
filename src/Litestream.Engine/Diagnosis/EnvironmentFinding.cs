using Litestream.Engine.Errors;

namespace Litestream.Engine.Diagnosis;

/// <summary>What one look at the surroundings of a replication has found.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Check">What was looked at; a stable name.</param>
/// <param name="Target">The file, folder, process or replica.</param>
/// <param name="Message">A sentence; no secrets.</param>
/// <param name="Hint">What to do; null if nothing is.</param>
public sealed record EnvironmentFinding(FindingSeverity Severity, string Check, string Target, string Message, string? Hint = null)
{
    internal static EnvironmentFinding Ok(string check, string target, string message) => new(FindingSeverity.Ok, check, target, message);

    internal static EnvironmentFinding Of(string check, string target, LitestreamException error) => new(FindingSeverity.Error, check, target, error.Message, error.Hint);
}
