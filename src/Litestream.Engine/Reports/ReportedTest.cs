namespace Litestream.Engine.Reports;

/// <summary>The objects of a generation read and checked.</summary>
/// <param name="Time">When it began, UTC; in reports of earlier versions, when it was reported.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Result">Passed or Failed.</param>
/// <param name="EndProof">Proven, Lost or NotProvable.</param>
/// <param name="ObjectsRead">Objects read.</param>
/// <param name="ObjectCount">Objects there.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Damage">What is wrong.</param>
public sealed record ReportedTest(
    DateTimeOffset Time, string Generation, string Result, string EndProof, int ObjectsRead, int ObjectCount, TimeSpan Duration, IReadOnlyList<string> Damage);
