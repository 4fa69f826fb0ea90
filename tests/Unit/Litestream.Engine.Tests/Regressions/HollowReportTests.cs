using System.Text;
using Litestream.Engine.Errors;
using Litestream.Engine.Reports.Writing;
using Litestream.Engine.Tests.Reports;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Fuzzing: a report in which something is null was read, and the next one could not be written with an error that says why.</summary>
public sealed class HollowReportTests
{
    [Theory]
    [InlineData("\"drills\": [null]")]
    [InlineData("\"drills\": [{}]")]
    [InlineData("\"drills\": [{\"result\": \"Passed\", \"checks\": null}]")]
    [InlineData("\"drills\": [{\"result\": \"Passed\", \"checks\": [{\"name\": \"x\", \"status\": null, \"messages\": []}]}]")]
    [InlineData("\"drills\": [{\"result\": \"Passed\", \"checks\": [{\"name\": \"x\", \"status\": \"y\", \"messages\": [null]}]}]")]
    [InlineData("\"tests\": [{\"result\": \"Passed\"}]")]
    [InlineData("\"tests\": [{\"generation\": \"0\", \"result\": \"Passed\", \"endProof\": \"x\", \"damage\": [null]}]")]
    [InlineData("\"sizes\": [null]")]
    [InlineData("\"generations\": null")]
    [InlineData("\"generations\": [{\"id\": \"0\"}]")]
    public void A_report_with_nothing_where_something_belongs_is_no_report(string part)
    {
        var json = $$"""{"createdAt": "2026-01-01T00:00:00Z", "version": 1, "replicas": [{"url": "x", {{part}}}]}""";
        Assert.Equal(ErrorCode.InvalidArgument, Assert.Throws<LitestreamException>(() => JsonReport.Read(Encoding.UTF8.GetBytes(json), "report.json")).Code);
    }

    [Fact]
    public void A_whole_report_is_read()
    {
        var report = SampleReport.Create();
        Assert.Equal(report.Replicas.Count, JsonReport.Read(JsonReport.Write(report), "report.json").Replicas.Count);
    }
}
