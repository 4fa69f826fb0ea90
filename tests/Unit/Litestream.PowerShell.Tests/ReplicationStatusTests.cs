using System.Text.RegularExpressions;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class ReplicationStatusTests : ReplicationTests
{
    [Fact]
    public void Get_shows_how_far_it_is()
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica").Succeeded();
        Application.Write(Database, commits: 5);
        WaitUntil("$r = Get-LitestreamReplication; $r.ReplicaPosition -and $r.Lag -eq 0 -and $r.ReplicaPosition -eq $r.Position");

        var shown = Assert.Single(Host.Run("Get-LitestreamReplication ./app.db").Succeeded());

        Assert.Equal(Database, shown.Value<string>("DatabasePath"));
        Assert.Equal(Host.Folder["replica"], shown.Value<string>("Replica"));
        Assert.Equal("Running", shown.Value<string>("State"));
        Assert.Equal(0L, shown.Value<long>("LagBytes"));
        Assert.NotNull(shown.Value<string>("Generation"));
        Assert.NotNull(shown.Value<object>("LastSyncAt"));
        Assert.Null(shown.Value<Exception>("LastError"));
        Assert.Equal(Host.Run("$job.Id").Succeeded()[0].BaseObject, shown.Value<object>("JobId"));
    }

    [Theory]
    [InlineData("Get-LitestreamReplication ./app.db")]
    [InlineData("Get-LitestreamReplication ./a*")]
    [InlineData("'./app.db' | Get-LitestreamReplication")]
    [InlineData("Get-LitestreamReplication | Get-LitestreamReplication")]
    public void Get_finds_by_path(string script)
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        Assert.Single(Host.Run(script).Succeeded());
        Assert.Empty(Host.Run("Get-LitestreamReplication ./b*").Succeeded());
    }

    [Fact]
    public void Get_binds_to_restore()
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica").Succeeded();
        WaitUntil("[bool]($job.Output | Where-Object Kind -eq SnapshotShipped)");

        Host.Run("Get-LitestreamReplication | Restore-LitestreamDatabase -Destination ./restored/").Succeeded();

        Assert.Equal(Application.State(Database), Application.State(Host.Folder["restored/app.db"]));
    }

    [Fact]
    public void Get_binds_to_start_which_goes_on_in_the_same_metadata_folder()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica -MetadataPath ./meta").Succeeded();
        var first = Host.Run("Sync-LitestreamDatabase ./app.db; $r = Get-LitestreamReplication; Stop-LitestreamReplication ./app.db").Succeeded()[0];

        Host.Run("$r | Start-LitestreamReplication").Succeeded();

        Assert.Equal(first.Value<string>("Generation"), Host.Run("Sync-LitestreamDatabase ./app.db").Succeeded()[0].Value<string>("Generation"));
        Assert.Equal(Host.Folder["meta"], Host.Run("(Get-LitestreamReplication).MetadataPath").Succeeded()[0].BaseObject);
    }

    [Fact]
    public void Get_shows_the_view()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        var text = Host.Run("Get-LitestreamReplication | Out-Default").HostText;

        Assert.Contains("LastSync (UTC) Database       Replica", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), l => Assert.True(l.Length <= 80, l));
    }

    [Fact]
    public void Get_shows_the_state_of_each_replica()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica, ./other/second -SpoolLimit 100KB").Succeeded();
        Application.Write(Database, commits: 5);
        WaitUntil("@(Get-LitestreamReplication | Where-Object { $_.ReplicaPosition -eq $_.Position -and $_.Lag -eq 0 -and $_.ReplicaState -eq 'Running' }).Count -eq 2");

        var shown = Host.Run("Get-LitestreamReplication ./app.db").Succeeded();

        Assert.Equal([Host.Folder["replica"], Host.Folder["other/second"]], shown.Select(r => r.Value<string>("Replica")));
        Assert.All(shown, r => Assert.Equal((0L, 0L), (r.Value<long>("SpoolBytes"), r.Value<long>("SnapshotBytes"))));
        var text = Host.Run("Get-LitestreamReplication | Out-Default").HostText;
        Assert.Matches(@"(?m)^Running .* …\S*app\.db +…other.second *$", text);
    }

    [Fact]
    public void Tables_of_several_databases_tell_which_a_row_is_about()
    {
        foreach (var name in new[] { "one", "two" })
        {
            Directory.CreateDirectory(Host.Folder[name]);
            Application.Create(Host.Folder[name + "/app.db"]);
        }

        File.WriteAllText(Host.Folder["litestream.yml"], $$"""
            dbs:
              - {path: '{{Host.Folder["one/app.db"]}}', replicas: [{path: '{{Host.Folder["one/r"]}}'}]}
              - {path: '{{Host.Folder["two/app.db"]}}', replicas: [{path: '{{Host.Folder["two/r"]}}'}]}
            """);

        var findings = Host.Run("Test-LitestreamEnvironment -ConfigPath ./litestream.yml | Out-Default").HostText;
        var syncs = Host.Run("Sync-LitestreamDatabase -ConfigPath ./litestream.yml | Out-Default").HostText;
        var drills = Host.Run("Test-LitestreamBackup -ConfigPath ./litestream.yml | Out-Default").HostText;
        Host.Run("$job = Start-LitestreamReplication -ConfigPath ./litestream.yml; $null = Sync-LitestreamDatabase -ConfigPath ./litestream.yml").Succeeded();
        var replications = Host.Run("Get-LitestreamReplication | Out-Default").HostText;
        Host.Run("Stop-Job $job; $null = Wait-Job $job").Succeeded();
        var events = Host.Run("Receive-Job $job | Out-Default").HostText;

        foreach (var name in new[] { "one", "two" })
        {
            Assert.Contains($"   Target: {Host.Folder[name + "/app.db"]}", findings, StringComparison.Ordinal);
            Assert.Contains($"   Target: {Host.Folder[name + "/r"]}", findings, StringComparison.Ordinal);
            Assert.Contains($"   DatabasePath: {Host.Folder[name + "/app.db"]}", events, StringComparison.Ordinal);
            var (path, replica) = (Path.Combine(name, "app.db"), Path.Combine(name, "r"));
            Assert.Matches($@"(?m)^[0-9a-f]{{16}} .* …\S*{Regex.Escape(path)} *$", syncs);
            Assert.Matches($@"(?m)^Passed +[0-9].* …\S*{Regex.Escape(replica)} *$", drills);
            Assert.Matches($@"(?m)^Running .* …\S*{Regex.Escape(path)} +…\S*{Regex.Escape(replica)} *$", replications);
        }

        Assert.All((syncs + drills + replications).Split('\n'), l => Assert.True(l.TrimEnd().Length <= 80, l));
    }

    [Fact]
    public void Get_shows_which_replica_does_not_answer()
    {
        File.WriteAllText(Host.Folder["blocked"], "a file where a folder is to be");
        Host.Run("Start-LitestreamReplication ./app.db ./replica, ./blocked/second -ShutdownTimeout 1s").Succeeded();
        WaitUntil("@(Get-LitestreamReplication).ReplicaState -contains 'Retrying'");
        Application.Write(Database, commits: 5);
        WaitUntil("$r = Get-LitestreamReplication | Where-Object ReplicaState -eq Running; $r -and $r.ReplicaPosition -eq $r.Position -and $r.Lag -eq 0");
        WaitUntil("$r = Get-LitestreamReplication | Where-Object ReplicaState -eq Retrying; $r.SnapshotBytes -gt 0 -and $r.LagBytes -gt 0");
    }

    [Fact]
    public void Stop_does_nothing_with_WhatIf()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        var result = Host.Run("Stop-LitestreamReplication ./app.db -WhatIf");

        Assert.Contains("What if", result.HostText, StringComparison.Ordinal);
        Assert.Single(Host.Run("Get-LitestreamReplication").Succeeded());
    }
}
