namespace Litestream.Engine.Reports;

/// <summary>A generation as it was listed.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Snapshots">Its snapshots in order of index.</param>
/// <param name="Segments">Its WAL segments in order of position.</param>
/// <param name="Windows">The times that it can be restored to, in order.</param>
/// <param name="Gaps">The times between and after its windows that it can't be restored to, in order.</param>
public sealed record ReportedGeneration(
    string Id, IReadOnlyList<ReportedObject> Snapshots, IReadOnlyList<ReportedObject> Segments, IReadOnlyList<TimeRange> Windows, IReadOnlyList<TimeRange> Gaps);
