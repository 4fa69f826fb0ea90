using Litestream.Engine.Format;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Tests.Spool;

/// <summary>Short names for what waits in a spool and what a replica lists.</summary>
internal static class Objects
{
    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static readonly GenerationId A = GenerationId.Parse("00000000000000aa");

    public static readonly GenerationId B = GenerationId.Parse("00000000000000bb");

    public static SpooledObject Snapshot(GenerationId generation, int index = 0) =>
        new(generation, IsSnapshot: true, new(index, 0), new(index, 0), 1000, Time);

    public static SpooledObject Segment(GenerationId generation, int index, long start, long end) =>
        new(generation, IsSnapshot: false, new(index, start), new(index, end), 10, Time);

    public static GenerationInfo Held(GenerationId generation, int[] snapshots, params (int Index, long Offset)[] segments) => new(
        generation,
        [.. snapshots.Select(s => new SnapshotInfo(generation, s, 1000, Time))],
        [.. segments.Select(s => new WalSegmentInfo(generation, new(s.Index, s.Offset), 10, Time))]);
}
