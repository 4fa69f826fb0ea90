namespace Litestream.Engine.Reports;

/// <summary>One check of a drill.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Status">Passed, Failed, Inconclusive or NotDone.</param>
/// <param name="Messages">What was found.</param>
public sealed record ReportedCheck(string Name, string Status, IReadOnlyList<string> Messages);
