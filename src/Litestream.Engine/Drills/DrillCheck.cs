namespace Litestream.Engine.Drills;

/// <summary>One check of a drill.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Messages">What was found, or why nothing was; whole sentences, or SQLite's own words.</param>
/// <param name="Duration">How long it took.</param>
public sealed record DrillCheck(DrillCheckStatus Status, IReadOnlyList<string> Messages, TimeSpan Duration)
{
    /// <summary>A check that was not done.</summary>
    public static DrillCheck NotDone { get; } = new(DrillCheckStatus.NotDone, [], TimeSpan.Zero);
}
