using Litestream.Engine.Reports;

namespace Litestream.Engine.Tests.Reports;

/// <summary>A report of a replica with two generations, a gap, and drills of each verdict.</summary>
internal static class SampleReport
{
    public const string HostileUrl = "/backup/<script>alert('x')</script>&\"onload=x";
    public static readonly DateTimeOffset Start = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    public static Report Create(string url = "s3://backups/shop/orders") => new(Start.AddHours(30), [Replica(url)]);

    public static ReplicaReport Replica(string url) => new(url)
    {
        Generations =
        [
            Generation("0123456789abcdef", 0, 9, [new(At(0), At(5)), new(At(8), At(9))], [new(At(5), At(8))]),
            Generation("fedcba9876543210", 10, 29, [new(At(10), At(29))], []),
        ],
        Drills =
        [
            Drill(6, "Failed") with
            {
                ErrorId = "ObjectMissing", Message = "The object 'generations/0123456789abcdef/wal/00000005_00000000.wal.lz4' is missing.",
                Checks = [new("Restore", "Failed", [$"nothing of {url} beyond index 4"])],
            },
            Drill(12, "Passed", 8), Drill(18, "Inconclusive") with { ErrorId = "ReplicaUnavailable", Message = "The store could not be reached." },
            Drill(21, "Skipped") with { ErrorId = "RestoreTooLarge", Message = "Larger than 1 GiB." }, Drill(24, "Passed", 31), Drill(29.9, "Passed", 12),
        ],
        Tests = [new(At(29.5), "fedcba9876543210", "Passed", "Proven", 120, 120, TimeSpan.FromSeconds(3), []),
            new(At(29.5), "0123456789abcdef", "Failed", "NotProvable", 60, 60, TimeSpan.FromSeconds(2), ["wal/00000005_00000000.wal.lz4 is missing"])],
        Sizes = [new(At(6), 40_000_000), new(At(12), 61_000_000), new(At(18), 74_000_000), new(At(30), 96_000_000)],
    };

    public static ReportedDrill Drill(double hour, string result, int? rpo = null) => new(At(hour), result)
    {
        Duration = TimeSpan.FromSeconds(4.2),
        Rpo = rpo is { } s ? TimeSpan.FromSeconds(s) : null,
        RpoIsUpperBound = rpo > 20,
        RestoredTo = rpo is null ? null : At(hour),
    };

    private static DateTimeOffset At(double hour) => Start.AddHours(hour);

    private static ReportedGeneration Generation(string id, int from, int to, TimeRange[] windows, TimeRange[] gaps) => new(id,
        [.. Enumerable.Range(0, ((to - from) / 8) + 1).Select(i => new ReportedObject(At(from + (8 * i)), 12_000_000))],
        [.. Enumerable.Range(0, (to - from) * 6).Select(i => new ReportedObject(At(from + (i / 6.0)), 150_000 + (i * 1000))).Append(new(At(to), 1000))], windows, gaps);
}
