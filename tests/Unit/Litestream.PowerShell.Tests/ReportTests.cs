using System.Text.Json;
using System.Xml.Linq;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>Export-LitestreamReport.</summary>
public sealed class ReportTests : ReplicationTests
{
    public ReportTests() => NotesReplica.CopyTo(Host.Folder["notes"]);

    [Fact]
    public void A_drill_is_told_with_what_the_replica_holds()
    {
        Assert.Empty(Host.Run("Test-LitestreamBackup ./notes | Export-LitestreamReport ./report.html -Replica ./notes").Succeeded());

        var html = File.ReadAllText(Host.Folder["report.html"]);
        Assert.Contains("<span class=\"verdict passed\">Passed</span>", html, StringComparison.Ordinal);
        Assert.Contains("class=\"window\"", html, StringComparison.Ordinal);
        Assert.False(File.Exists(Host.Folder["report.html.tmp"]));
    }

    [Fact]
    public void History_grows_from_report_to_report()
    {
        for (var i = 0; i < 3; i++)
            Host.Run("Test-LitestreamBackup ./notes | Export-LitestreamReport \"./r$($args[0]).json\" -Replica ./notes -Format Json -History ./r*.json", i).Succeeded();

        using var report = JsonDocument.Parse(File.ReadAllBytes(Host.Folder["r2.json"]));
        var replica = Assert.Single(report.RootElement.GetProperty("replicas").EnumerateArray());
        Assert.Equal((3, 3), (replica.GetProperty("drills").GetArrayLength(), replica.GetProperty("sizes").GetArrayLength()));
    }

    [Fact]
    public void A_reading_that_is_given_again_and_told_by_the_history_counts_once()
    {
        Host.Run("$tests = Test-LitestreamReplica ./notes; $tests | Export-LitestreamReport ./r0.json; $tests | Export-LitestreamReport ./r1.json -History ./r0.json").Succeeded();

        int[] counts = [.. new[] { "r0.json", "r1.json" }.Select(file =>
        {
            using var report = JsonDocument.Parse(File.ReadAllBytes(Host.Folder[file]));
            return Assert.Single(report.RootElement.GetProperty("replicas").EnumerateArray()).GetProperty("tests").GetArrayLength();
        })];
        Assert.Equal([2, 2], counts);
    }

    /// <summary>The names show nothing of it.</summary>
    [Theory]
    [InlineData("Test-LitestreamReplica ./notes -ErrorAction Ignore")]
    [InlineData("Test-LitestreamBackup ./notes -ErrorAction Ignore")]
    [InlineData("@('./notes'; Test-LitestreamReplica ./notes -ErrorAction Ignore)")]
    public void Damage_that_was_found_is_a_gap(string piped)
    {
        var segment = Directory.GetFiles(Path.Combine(Host.Folder["notes"], "generations", NotesReplica.Later), "*.wal.lz4", SearchOption.AllDirectories).Order().Last();
        File.WriteAllBytes(segment, File.ReadAllBytes(segment)[..^6]);

        Host.Run($"{piped} | Export-LitestreamReport ./r.json {(piped[0] == '@' ? "" : "-Replica ./notes")}").Succeeded();

        using var report = JsonDocument.Parse(File.ReadAllBytes(Host.Folder["r.json"]));
        var generations = Assert.Single(report.RootElement.GetProperty("replicas").EnumerateArray()).GetProperty("generations").EnumerateArray();
        Assert.Equal(1, generations.Sum(g => g.GetProperty("gaps").GetArrayLength()));
    }

    [Fact]
    public void Readings_are_test_results()
    {
        var file = Assert.Single(Host.Run("Test-LitestreamReplica ./notes | Export-LitestreamReport ./r.xml -Format NUnitXml -PassThru").Succeeded());

        Assert.Equal(Host.Folder["r.xml"], file.Value<string>("FullName"));
        Assert.Equal("2", XDocument.Load(Host.Folder["r.xml"]).Root!.Attribute("passed")!.Value);
    }

    [Theory]
    [InlineData("r.json", "{")]
    [InlineData("r.XML", "<?xml")]
    [InlineData("r.htm", "<!DOCTYPE html")]
    public void The_name_of_the_file_tells_how_it_is_written(string name, string begin)
    {
        Host.Run($"Export-LitestreamReport ./{name} -Replica ./notes").Succeeded();
        Assert.StartsWith(begin, File.ReadAllText(Host.Folder[name]).TrimStart('\ufeff'), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told() =>
        Assert.Contains("Create it", Assert.Single(Host.Run("Export-LitestreamReport ./none/r.html -Replica ./notes").Errors).ErrorDetails.RecommendedAction, StringComparison.Ordinal);

    [Fact]
    public void An_existing_file_is_kept_where_asked()
    {
        File.WriteAllText(Host.Folder["r.html"], "mine");

        Assert.Equal(["FileError"], Host.Run("Export-LitestreamReport ./r.html -Replica ./notes -NoClobber").ErrorIds);
        Host.Run("Export-LitestreamReport ./r.html -Replica ./notes -WhatIf").Succeeded();
        Assert.Equal("mine", File.ReadAllText(Host.Folder["r.html"]));
        Host.Run("Export-LitestreamReport ./r.html -Replica ./notes").Succeeded();
        Assert.NotEqual("mine", File.ReadAllText(Host.Folder["r.html"]));
    }

    [Fact]
    public void A_replica_that_is_not_there_is_an_error_and_told()
    {
        Assert.Equal(["ReplicaNotFound"], Host.Run("Export-LitestreamReport ./r.html -Replica ./notes, ./none").ErrorIds);

        Assert.Contains("Not listed:", File.ReadAllText(Host.Folder["r.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_objects_are_refused() => Assert.Equal(["InvalidArgument"], Host.Run("1 | Export-LitestreamReport ./r.html").ErrorIds);
}
