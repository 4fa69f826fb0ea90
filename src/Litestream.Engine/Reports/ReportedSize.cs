namespace Litestream.Engine.Reports;

/// <summary>The size of a replica at a time.</summary>
/// <param name="Time">When it was listed, UTC.</param>
/// <param name="Bytes">Stored bytes of all its objects.</param>
public sealed record ReportedSize(DateTimeOffset Time, long Bytes);
