namespace Litestream.Engine.Reports;

/// <summary>A range of times, with both ends.</summary>
/// <param name="From">Its begin, UTC.</param>
/// <param name="To">Its end, UTC; not before the begin.</param>
public readonly record struct TimeRange(DateTimeOffset From, DateTimeOffset To);
