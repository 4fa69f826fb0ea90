namespace Litestream.Engine.Reports;

/// <summary>A snapshot or a WAL segment.</summary>
/// <param name="Time">The time it carries, UTC.</param>
/// <param name="Size">Stored bytes.</param>
public sealed record ReportedObject(DateTimeOffset Time, long Size);
