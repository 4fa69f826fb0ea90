using System.Text;
using System.Xml.Linq;
using Litestream.Engine.Errors;
using Litestream.Engine.Reports;
using Litestream.Engine.Reports.Html;
using Litestream.Engine.Reports.Writing;
using Xunit;

namespace Litestream.Engine.Tests.Reports;

public sealed class ReportWritingTests
{
    [Fact]
    public void Html_escapes_all_names()
    {
        var html = Encoding.UTF8.GetString(HtmlReport.Write(SampleReport.Create(SampleReport.HostileUrl)));

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\"onload", html, StringComparison.Ordinal);
        Assert.Contains("/backup/&lt;script&gt;alert(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_of_a_replica_of_which_nothing_is_known_is_whole()
    {
        var html = Encoding.UTF8.GetString(HtmlReport.Write(new(SampleReport.Start, [new("./replica") { Problem = "Nothing is there." }])));

        Assert.Contains("Not listed: Nothing is there.", html, StringComparison.Ordinal);
        Assert.EndsWith("</html>", html.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Html_of_drills_alone_does_not_say_that_the_replica_restores_nowhere()
    {
        var html = Encoding.UTF8.GetString(HtmlReport.Write(new(SampleReport.Start, [new("./replica") { Drills = [SampleReport.Drill(1, "Passed")] }])));

        Assert.DoesNotContain("nowhere", html, StringComparison.Ordinal);
    }

    /// <summary>An error often is the one finding of the check that failed.</summary>
    [Fact]
    public void Why_a_drill_has_failed_is_told_once_with_what_else_was_found()
    {
        var drill = SampleReport.Drill(1, "Failed") with
        {
            ErrorId = "ObjectMissing",
            Message = "The generation went farther. It ends early.",
            Checks = [new("Restore", "Failed", ["It ends early.", "A snapshot is old."]), new("Integrity", "Passed", ["Nothing."])],
        };
        var report = new Report(SampleReport.Start, [new("./replica") { Drills = [drill] }]);

        foreach (var text in (string[])[Encoding.UTF8.GetString(HtmlReport.Write(report)), Encoding.UTF8.GetString(NUnitReport.Write(report))])
        {
            Assert.Equal((2, 2, 1), (text.Split("It ends early.").Length, text.Split("A snapshot is old.").Length, text.Split("Nothing.").Length));
        }
    }

    [Fact]
    public void Json_is_read_back_as_it_was_written()
    {
        var written = JsonReport.Write(SampleReport.Create(SampleReport.HostileUrl));

        var read = JsonReport.Read(written, "report.json");

        Assert.Equal(written, JsonReport.Write(read));
        Assert.Equal(SampleReport.HostileUrl, Assert.Single(read.Replicas).Url);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"version\":2,\"createdAt\":\"2026-05-01T00:00:00Z\",\"replicas\":[]}")]
    [InlineData("{\"createdAt\":\"2026-05-01T00:00:00Z\",\"replicas\":[{\"url\":null}]}")]
    public void Json_that_is_no_report_is_refused(string text)
    {
        var error = Assert.Throws<LitestreamException>(() => JsonReport.Read(Encoding.UTF8.GetBytes(text), "x.json"));
        Assert.Equal((ErrorCode.InvalidArgument, "x.json"), (error.Code, error.Target));
    }

    [Fact]
    public void NUnit_counts_what_it_holds()
    {
        var run = XDocument.Load(new MemoryStream(NUnitReport.Write(SampleReport.Create(SampleReport.HostileUrl + "\u0001")))).Root!;

        Assert.Equal("test-run", run.Name.LocalName);
        var cases = run.Descendants("test-case").ToList();
        Assert.Equal(8, cases.Count);
        foreach (var counted in run.Descendants("test-suite").Append(run))
        {
            var numbers = ((string[])["testcasecount", "total", "passed", "failed", "inconclusive", "skipped"]).Select(n => (int)counted.Attribute(n)!);
            Assert.Equal([8, 8, 4, 2, 1, 1], numbers);
            Assert.Equal("Failed", (string?)counted.Attribute("result"));
        }

        Assert.Equal(cases.Count, cases.Select(c => (string)c.Attribute("id")!).Distinct().Count());
        Assert.All(cases, c => Assert.Equal((string)c.Attribute("result")! == "Failed", c.Element("failure") is not null));
        Assert.Contains("ObjectMissing", cases[0].Element("failure")!.Element("message")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void History_grows_and_holds_each_thing_once()
    {
        var earlier = SampleReport.Create();
        var builder = new ReportBuilder(SampleReport.Start.AddDays(2));
        builder.AddHistory(earlier);
        builder.AddHistory(earlier);
        builder.Add(earlier.Replicas[0].Url, SampleReport.Drill(40, "Passed", 5));

        var replica = Assert.Single(builder.Build().Replicas);

        Assert.Equal((7, 2, 4, 0), (replica.Drills.Count, replica.Tests.Count, replica.Sizes.Count, replica.Generations.Count));
        Assert.Equal(replica.Drills.OrderBy(d => d.StartedAt), replica.Drills);
    }
}
