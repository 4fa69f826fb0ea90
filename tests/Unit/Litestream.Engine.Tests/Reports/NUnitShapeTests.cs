using System.Globalization;
using System.Xml.Linq;
using Litestream.Engine.Reports;
using Litestream.Engine.Reports.Writing;
using Xunit;

namespace Litestream.Engine.Tests.Reports;

/// <summary>The shape of NUnit 3's test results, as its documentation has it: names, places and values of elements and attributes.</summary>
public sealed class NUnitShapeTests
{
    private static readonly string[] s_results = ["Passed", "Failed", "Warning", "Inconclusive", "Skipped"];

    private static readonly Dictionary<string, string[]> s_attributes = new()
    {
        ["test-run"] = ["id", "name", "fullname", "testcasecount", "result", "total", "passed", "failed", "warnings", "inconclusive", "skipped", "asserts", "duration", "start-time", "end-time"],
        ["test-suite"] = ["type", "id", "name", "fullname", "testcasecount", "runstate", "result", "total", "passed", "failed", "warnings", "inconclusive", "skipped", "asserts", "duration"],
        ["test-case"] = ["id", "name", "fullname", "methodname", "classname", "runstate", "result", "start-time", "end-time", "duration", "asserts"],
        ["failure"] = [],
        ["reason"] = [],
        ["message"] = [],
    };

    private static readonly Dictionary<string, string[]> s_children = new()
    {
        ["test-run"] = ["test-suite"],
        ["test-suite"] = ["test-suite", "test-case"],
        ["test-case"] = ["failure", "reason"],
        ["failure"] = ["message"],
        ["reason"] = ["message"],
        ["message"] = [],
    };

    [Fact]
    public void Of_drills_of_each_verdict() => Check(SampleReport.Create(SampleReport.HostileUrl));

    [Fact]
    public void Of_a_replica_without_any_test() => Check(new(SampleReport.Start, [new("./replica") { Problem = "Nothing is there." }]));

    [Fact]
    public void Of_nothing() => Check(new(SampleReport.Start, []));

    private static void Check(Report report)
    {
        var run = XDocument.Load(new MemoryStream(NUnitReport.Write(report))).Root!;

        Assert.Equal("test-run", run.Name.LocalName);
        var ids = new HashSet<string>();
        foreach (var element in run.DescendantsAndSelf())
        {
            var name = element.Name.LocalName;
            var present = element.Attributes().Select(a => a.Name.LocalName).ToList();
            Assert.Empty(s_attributes[name].Except(present));
            Assert.Empty(present.Except(s_attributes[name]).Except(["start-time", "end-time"]));
            Assert.All(element.Elements(), c => Assert.Contains(c.Name.LocalName, s_children[name]));
            if (element.Attribute("id") is { } id) Assert.True(ids.Add(id.Value), id.Value);
            if (element.Attribute("result") is { } result) Assert.Contains(result.Value, s_results);
            if (element.Attribute("runstate") is { } runState) Assert.Contains(runState.Value, (string[])["Runnable", "NotRunnable", "Explicit", "Skipped", "Ignored"]);
            foreach (var time in element.Attributes().Where(a => a.Name.LocalName.EndsWith("-time", StringComparison.Ordinal)))
                Assert.True(DateTime.TryParseExact(time.Value, "yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), time.Value);
            if (element.Attribute("duration") is { } duration) Assert.True(double.Parse(duration.Value, CultureInfo.InvariantCulture) >= 0);
            if (element.Attribute("total") is { } total)
                Assert.Equal((int)total, ((string[])["passed", "failed", "warnings", "inconclusive", "skipped"]).Sum(n => (int)element.Attribute(n)!));
        }

        Assert.All(run.Descendants("test-suite"), s => Assert.Contains((string)s.Attribute("type")!, (string[])["Assembly", "TestFixture"]));
        Assert.All(run.Descendants("test-case"), c => Assert.Equal((string)c.Attribute("classname")!, (string)c.Parent!.Attribute("fullname")!));
    }
}
