using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class LiveDrillTests : ReplicationTests
{
    private static readonly string s_script = Path.Combine(Repository.Root, "samples", "Drill", "drill.ps1");

    [Theory]
    [InlineData("Test-LitestreamBackup ./replica ./app.db")]
    [InlineData("Get-LitestreamReplication | Test-LitestreamBackup")]
    public void Drill_compares_with_a_database_that_is_written_to(string script)
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica; Sync-LitestreamDatabase ./app.db").Succeeded();
        using var application = Application.StartWriter(Database);
        application.WaitForCommits(5);

        for (var i = 0; i < 3; i++) AssertCompared(Assert.Single(Host.Run(script).Succeeded()));
    }

    [Fact]
    public void Drill_asks_the_replication_of_another_process()
    {
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);
        using var application = Application.StartWriter(Database);
        application.WaitForCommits(5);

        AssertCompared(Assert.Single(Host.Run("Test-LitestreamBackup ./replica ./app.db").Succeeded()));
    }

    [Fact]
    public void Replica_of_another_database_fails()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica; Sync-LitestreamDatabase ./app.db; Stop-LitestreamReplication ./app.db").Succeeded();
        File.Delete(Database);
        File.Delete(Database + "-wal");
        File.Delete(Database + "-shm");
        Application.Create(Database);
        Application.Write(Database, commits: 3);

        var result = Host.Run("Test-LitestreamBackup ./replica ./app.db");

        // nobody replicates it now, so that it could be just behind
        Assert.Equal("Inconclusive", Assert.Single(result.Succeeded()).Value<string>("Result"));
        Assert.Contains("no replication of it is known here", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Application_is_not_harmed()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();
        using (var application = Application.StartWriter(Database))
        {
            using var checkpointer = Application.StartCheckpointer(Database);
            application.WaitForCommits(5);
            for (var i = 0; i < 5; i++) Assert.Equal("Passed", Assert.Single(Host.Run("Test-LitestreamBackup ./replica ./app.db").Succeeded()).Value<string>("Result"));
            application.WaitForCommits(5);
        }

        Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();
        Application.Verify(Database);
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void Scheduled_drill_tells_the_cause_by_its_exit_code()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica; Sync-LitestreamDatabase ./app.db").Succeeded();
        Assert.Equal(0, Run($"-Replica ./replica -Path ./app.db -LogPath {Host.Folder["drill.log"]} -WorkingDirectory ./work -Timeout 10m"));
        Assert.Equal(0, Run("-Replica ./replica -RandomPoint"));
        Assert.Equal(1, Run("-Replica ./nowhere"));
        Assert.Equal(1, Run("-Replica ./replica -AssertSql 'SELECT 0'"));
        Assert.Equal(2, Run("-Replica ./replica -Path ./none.db"));
        Assert.Equal(3, Run($"-Replica ./replica -MaxSize 1 -LogPath {Host.Folder["drill.log"]}"));
        Assert.Equal(4, Run("-Replica gopher://x"));
        Assert.Equal(4, Run(""));
        Assert.Equal(4, Run("-Replica ./replica -Module ./nowhere"));
        Assert.Equal(["Passed", "Skipped"], File.ReadAllLines(Host.Folder["drill.log"]).Select(l => l.Split(' ')[2]));

        int Run(string arguments) => (int)Host.Run($"& $args[0] {(arguments.Contains("-Module", StringComparison.Ordinal) ? "" : "-Module $args[1]")} {arguments} | Out-Null; $LASTEXITCODE", s_script, Repository.StagedManifest)
            .Output[^1].BaseObject;
    }

    private void AssertCompared(PSObject drill)
    {
        Assert.Equal(("Passed", "Passed"), (drill.Value<string>("Result"), drill.Value<string>("ComparisonStatus")));
        Assert.Equal(Database, drill.Value<string>("DatabasePath"));
        Assert.Equal(64, drill.Value<string>("LiveDigest")!.Length);
        Assert.Equal(drill.Value<string>("LiveDigest"), drill.Value<string>("RestoredDigest"));
        Assert.NotEmpty(drill.Value<IEnumerable<object>>("Tables")!);
        Assert.False(drill.Value<bool>("RpoIsUpperBound"));
    }
}
