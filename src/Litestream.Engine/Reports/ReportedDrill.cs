namespace Litestream.Engine.Reports;

/// <summary>A restore drill.</summary>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="Result">Passed, Failed, Inconclusive or Skipped.</param>
public sealed record ReportedDrill(DateTimeOffset StartedAt, string Result)
{
    /// <summary>The live database it was compared with; null if none was given.</summary>
    public string? DatabasePath { get; init; }

    /// <summary>What kind of error; null if it has passed.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Why it has not passed; null if it has.</summary>
    public string? Message { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The point that was reached: its time, UTC; null if none was.</summary>
    public DateTimeOffset? RestoredTo { get; init; }

    /// <summary>What would have been lost then; null if that is not known.</summary>
    public TimeSpan? Rpo { get; init; }

    /// <summary>Whether less may have been lost than that.</summary>
    public bool RpoIsUpperBound { get; init; }

    /// <summary>Bytes of the restored database.</summary>
    public long Size { get; init; }

    /// <summary>What was checked, and what came of it.</summary>
    public IReadOnlyList<ReportedCheck> Checks { get; init; } = [];

    /// <summary>What failed checks have found, each with its check, but for what <see cref="Message"/> tells already.</summary>
    internal IEnumerable<(string Check, string Text)> Findings => Checks.Where(c => c.Status == "Failed")
        .SelectMany(c => c.Messages.Where(m => Message?.Contains(m, StringComparison.Ordinal) != true).Select(m => (c.Name, m)));
}
