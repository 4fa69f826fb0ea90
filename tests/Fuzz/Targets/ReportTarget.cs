using System.Text;
using Litestream.Engine.Reports;
using Litestream.Engine.Reports.Writing;

namespace Litestream.Fuzz.Targets;

/// <summary>An earlier report, read as history.</summary>
internal sealed class ReportTarget : IFuzzTarget
{
    public string Name => "report";

    public IEnumerable<byte[]> Seeds =>
    [
        JsonReport.Write(new(DateTimeOffset.UnixEpoch,
        [
            new("s3://bucket/app")
            {
                Drills = [new(DateTimeOffset.UnixEpoch, "Passed") { Checks = [new("Restore", "Passed", [])], Duration = TimeSpan.FromSeconds(1) }],
                Tests = [new(DateTimeOffset.UnixEpoch, "0123456789abcdef", "Passed", "Proven", 1, 2, TimeSpan.FromSeconds(1), [])],
                Sizes = [new(DateTimeOffset.UnixEpoch, 1)],
            },
        ])),
    ];

    public IReadOnlyList<byte[]> Dictionary =>
        [.. new[] { "null", "\"replicas\":", "\"url\":", "\"drills\":[", "\"tests\":[", "\"sizes\":[", "\"checks\":", "\"generations\":[", "[[[[[[[[[", "{}", "-1", "\"\\ud800\"" }.Select(Encoding.UTF8.GetBytes)];

    public void Run(byte[] input)
    {
        var report = new ReportBuilder(DateTimeOffset.UnixEpoch);
        report.AddHistory(JsonReport.Read(input, "report.json"));
        _ = JsonReport.Write(report.Build());
        _ = NUnitReport.Write(report.Build());
    }
}
