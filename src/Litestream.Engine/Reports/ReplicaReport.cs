namespace Litestream.Engine.Reports;

/// <summary>One replica in a report.</summary>
/// <param name="Url">The replica, without secrets.</param>
public sealed record ReplicaReport(string Url)
{
    /// <summary>Why it could not be listed; null if it was, or was not asked for.</summary>
    public string? Problem { get; init; }

    /// <summary>What it holds, in order of time; empty if it was not listed.</summary>
    public IReadOnlyList<ReportedGeneration> Generations { get; init; } = [];

    /// <summary>Its drills, in order of time.</summary>
    public IReadOnlyList<ReportedDrill> Drills { get; init; } = [];

    /// <summary>The readings of its objects, in order of time.</summary>
    public IReadOnlyList<ReportedTest> Tests { get; init; } = [];

    /// <summary>Its size at the time of each report, in order of time.</summary>
    public IReadOnlyList<ReportedSize> Sizes { get; init; } = [];
}
