using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class RemovalTests : ReplicationTests
{
    private const string InsideLater = "-OlderThan '2026-05-01T12:01:05Z'";

    public RemovalTests() => NotesReplica.CopyTo(Host.Folder["notes"]);

    private IEnumerable<string> Left => Host.Run("Get-LitestreamGeneration ./notes").Output.Select(g => g.Value<string>("Generation")!);

    [Theory]
    [InlineData($"Remove-LitestreamGeneration ./notes {NotesReplica.Earlier} -Confirm:$false")]
    [InlineData($"Remove-LitestreamGeneration -Replica ./notes -Generation {NotesReplica.Earlier} -Confirm:$false")]
    [InlineData("Get-LitestreamGeneration ./notes | Where-Object UpdatedAt -lt '2026-05-01T12:01Z' | Remove-LitestreamGeneration -Confirm:$false")]
    [InlineData($"Remove-LitestreamGeneration ./notes {InsideLater} -Confirm:$false")]
    [InlineData("Remove-LitestreamGeneration ./notes -Retention 24h -Confirm:$false")]
    [InlineData("Get-LitestreamGeneration ./notes | Remove-LitestreamGeneration -Retention 24h -Confirm:$false")]
    public void A_generation_goes_and_what_went_is_told(string script)
    {
        var removed = Assert.Single(Host.Run(script).Succeeded());

        Assert.Equal("Litestream.PowerShell.Models.LitestreamRemoval", removed.TypeNames[0]);
        Assert.Equal(NotesReplica.Earlier, removed.Value<string>("Generation"));
        Assert.Equal((1, 4, 1158L), (removed.Value<int>("SnapshotsRemoved"), removed.Value<int>("SegmentsRemoved"), removed.Value<long>("SizeRemoved")));
        Assert.Equal((0, 0, 0L), (removed.Value<int>("SnapshotCount"), removed.Value<int>("SegmentCount"), removed.Value<long>("Size")));
        Assert.Equal([NotesReplica.Later], Left);
    }

    [Fact]
    public void What_a_restore_inside_the_window_takes_stays()
    {
        var result = Host.Run("Remove-LitestreamGeneration ./notes -OlderThan '2026-05-01T12:00:45Z' -Confirm:$false -Verbose 4>&1");

        Assert.Contains(result.Succeeded(), m => m.ToString().Contains("a restore to the beginning of the window takes it", StringComparison.Ordinal));
        Assert.Equal(2, Left.Count());
    }

    [Theory]
    [InlineData($"Remove-LitestreamGeneration ./notes {NotesReplica.Earlier} -WhatIf")]
    [InlineData($"Remove-LitestreamGeneration ./notes {InsideLater} -WhatIf")]
    public void WhatIf_tells_the_plan_and_deletes_nothing(string script)
    {
        var result = Host.Run(script);

        Assert.Empty(result.Succeeded());
        Assert.Contains($"generation {NotesReplica.Earlier}", result.HostText, StringComparison.Ordinal);
        Assert.Contains("1 snapshot and 4 WAL segments, 1.13 KB", result.HostText, StringComparison.Ordinal);
        Assert.Equal(2, Left.Count());
    }

    [Fact]
    public void The_last_that_can_be_restored_is_refused_without_force()
    {
        var all = Host.Run("Get-LitestreamGeneration ./notes | Remove-LitestreamGeneration -Confirm:$false");
        Assert.Equal(["LastGeneration"], all.ErrorIds);
        Assert.Equal(NotesReplica.Earlier, Assert.Single(all.Output).Value<string>("Generation"));
        Assert.Equal([NotesReplica.Later], Left);

        Assert.Single(Host.Run("Get-LitestreamGeneration ./notes | Remove-LitestreamGeneration -Force -Confirm:$false").Succeeded());
        Assert.Equal(["ReplicaNotFound"], Host.Run("Get-LitestreamGeneration ./notes").ErrorIds);
    }

    [Fact]
    public void One_that_a_replication_uses_is_refused()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();
        WaitUntil("@(Get-LitestreamSnapshot ./replica -ErrorAction Ignore).Count -gt 0");

        var result = Host.Run("Get-LitestreamGeneration ./replica | Remove-LitestreamGeneration -Force -Confirm:$false");

        Assert.Equal(["GenerationInUse"], result.ErrorIds);
        Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();
        Assert.Single(Host.Run("Get-LitestreamGeneration ./replica | Remove-LitestreamGeneration -Force -Confirm:$false").Succeeded());
    }

    [SkippableFact]
    public void One_that_another_process_uses_is_refused_and_goes_with_force_when_that_one_is_dead()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need rights there.");
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);
        const string all = "Get-LitestreamGeneration ./replica | Remove-LitestreamGeneration -Confirm:$false";
        Directory.CreateSymbolicLink(Host.Folder["link"], Host.Folder["replica"]);

        foreach (var script in new[] { all, $"{all} -Force", $"{all.Replace("replica", "link", StringComparison.Ordinal)} -Force" })
        {
            var refused = Host.Run(script);
            Assert.Equal(["GenerationInUse"], refused.ErrorIds);
            Assert.Contains($"the replication of '{Database}' by process {other.Id}", Assert.Single(refused.Errors).ToString(), StringComparison.Ordinal);
        }

        other.Kill();
        var left = Host.Run(all);
        Assert.Equal(["GenerationInUse"], left.ErrorIds);
        Assert.Contains("-Force", Assert.Single(left.Errors).ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(Host.Run($"{all} -Force").Succeeded());
    }

    [SkippableFact]
    public void One_whose_process_does_not_answer_is_refused_even_with_force()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals");
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);
        other.Signal("STOP");
        try
        {
            var refused = Host.Run("Get-LitestreamGeneration ./replica | Remove-LitestreamGeneration -Force -Confirm:$false");
            Assert.Equal(["GenerationInUse"], refused.ErrorIds);
            Assert.Contains($"{other.Id}", Assert.Single(refused.Errors).ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }
        finally
        {
            other.Signal("CONT");
        }
    }

    [Theory]
    [InlineData("""{ "owner": "o", "run": "r", "machine": "elsewhere", "database": "/srv/notes.db", "processId": 7, "since": "2026-05-01T12:00:00Z" }""",
        "the replication of '/srv/notes.db' by process 7 of elsewhere since 2026-05-01 12:00:00Z")]
    [InlineData("nonsense", "litestream-ps.lease")]
    public void The_newest_of_a_replica_that_another_machine_holds_goes_only_with_force_and_older_ones_go(string lease, string holder)
    {
        File.WriteAllText(Host.Folder["notes/litestream-ps.lease"], lease);

        var refused = Host.Run("Get-LitestreamGeneration ./notes | Remove-LitestreamGeneration -Confirm:$false");

        Assert.Equal(["GenerationInUse"], refused.ErrorIds);
        Assert.Contains(holder, Assert.Single(refused.Errors).ToString(), StringComparison.Ordinal);
        Assert.Equal(NotesReplica.Earlier, Assert.Single(refused.Output).Value<string>("Generation"));
        var kept = Host.Run("Remove-LitestreamGeneration ./notes -Retention 24h -Confirm:$false -Verbose 4>&1");
        Assert.Contains(kept.Succeeded(), m => m.ToString().Contains(holder, StringComparison.Ordinal));
        Assert.Equal([NotesReplica.Later], Left);
        Assert.Single(Host.Run("Get-LitestreamGeneration ./notes | Remove-LitestreamGeneration -Force -Confirm:$false").Succeeded());
    }

    [Theory]
    [InlineData("Remove-LitestreamGeneration ./notes 0123456789abcdef -Confirm:$false", "GenerationNotFound")]
    [InlineData("Remove-LitestreamGeneration ./notes nonsense -Confirm:$false", "InvalidArgument")]
    [InlineData("Remove-LitestreamGeneration ./nowhere -Retention 24h -Confirm:$false", "ReplicaNotFound")]
    [InlineData("Start-LitestreamReplication ./app.db ./replica -RetentionCheckInterval 0", "InvalidArgument")]
    public void Failures_have_their_ids(string script, string id)
    {
        Assert.Equal([id], Host.Run(script).ErrorIds);
        Assert.Equal(2, Left.Count());
    }

    [Fact]
    public void A_replication_takes_snapshots_and_lets_go_as_it_is_told()
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica -SnapshotInterval 100ms -Retention 300ms -RetentionCheckInterval 100ms").Succeeded();
        for (var deadline = Environment.TickCount64 + 60_000; Environment.TickCount64 < deadline;)
        {
            Application.Write(Database, commits: 2);
            if (Host.Run("[bool]($job.Output | Where-Object Kind -eq RetentionApplied)").Succeeded() is [{ BaseObject: true }]) break;
        }

        Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();

        Assert.NotEmpty(Host.Run("Receive-Job $job | Where-Object Kind -eq RetentionApplied").Succeeded());
        Assert.Equal(Application.State(Database), StateOfRestored());
    }
}
