using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.Processes.Tests;

/// <summary>Replications that run in another process.</summary>
public sealed class OtherProcessTests : ReplicationTests
{
    [Fact]
    public void Get_shows_a_replication_of_another_process()
    {
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);
        Application.Write(Database, commits: 3);
        WaitUntil("$r = Get-LitestreamReplication; $r.ReplicaPosition -and $r.ReplicaPosition -eq $r.Position -and $r.Lag -eq 0");

        var shown = Assert.Single(Host.Run("Get-LitestreamReplication ./app.db").Succeeded());

        Assert.Equal(other.Id, shown.Value<int>("ProcessId"));
        Assert.Equal(Database, shown.Value<string>("DatabasePath"));
        Assert.Equal(Host.Folder["replica"], shown.Value<string>("Replica"));
        Assert.Equal("Running", shown.Value<string>("State"));
        Assert.Null(shown.Value<object>("JobId"));
        Assert.Single(Host.Run("Get-LitestreamReplication ./a*").Succeeded());
        Assert.Single(Host.Run("Get-LitestreamReplication | Get-LitestreamReplication").Succeeded());
        Assert.Empty(Host.Run("Get-LitestreamReplication ./b*").Succeeded());
    }

    [Fact]
    public void Get_shows_those_of_this_process_first_and_with_its_id()
    {
        Application.Create(Host.Folder["other.db"]);
        using var other = OtherProcess.Replicate(Host.Folder["other.db"], Host.Folder["other"]);
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        var shown = Host.Run("Get-LitestreamReplication").Succeeded();

        Assert.Equal([Environment.ProcessId, other.Id], shown.Select(r => r.Value<int>("ProcessId")));
    }

    [Fact]
    public void A_replica_that_another_process_writes_to_is_refused_until_it_is_taken_over()
    {
        Application.Create(Host.Folder["other.db"]);
        using var other = OtherProcess.Replicate(Host.Folder["other.db"], Host.Folder["replica"]);

        var refused = Host.Run("Sync-LitestreamDatabase ./app.db ./replica");

        Assert.Equal(["ReplicaInUse"], refused.ErrorIds);
        Assert.Contains($"the replication of '{Host.Folder["other.db"]}' by process {other.Id}", Assert.Single(refused.Errors).ToString(), StringComparison.Ordinal);
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica -TakeOver").Succeeded();
        Assert.Equal(Application.State(Database), StateOfRestored());
        using (new Timer(_ => Application.Write(Host.Folder["other.db"], commits: 1), null, TimeSpan.Zero, TimeSpan.FromSeconds(1)))
            other.WaitForLine("GenerationStarted"); // free again by now, but written to by somebody else
    }

    [Fact]
    public void Stop_ends_a_replication_of_another_process_after_its_last_sync()
    {
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);
        Application.Write(Database, commits: 5);

        var stopped = Assert.Single(Host.Run("Stop-LitestreamReplication ./app.db -PassThru").Succeeded());

        Assert.Equal("Stopped", stopped.Value<string>("State"));
        Assert.Equal(other.Id, stopped.Value<int>("ProcessId"));
        Assert.Equal(Application.State(Database), StateOfRestored());
        var (exitCode, output, errors) = other.WaitForEnd();
        Assert.Equal((0, string.Empty), (exitCode, errors));
        Assert.Equal("Stopped", output[^1]);
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
        Assert.DoesNotContain(Directory.GetFileSystemEntries(RunFolder.Path), e => e.EndsWith($"-{other.Id}", StringComparison.Ordinal)); // one that another test has killed may leave something
    }

    [Fact]
    public void Stop_ends_a_job_of_another_process()
    {
        using var other = OtherProcess.Start(
            "$job = Start-LitestreamReplication $args[0] $args[1]; 'started'; $null = [Console]::In.ReadToEnd(); $job.State",
            Database, Host.Folder["replica"]);
        other.WaitForLine("started");
        WaitUntil("(Get-LitestreamReplication).State -eq 'Running'");

        Host.Run("Get-LitestreamReplication | Stop-LitestreamReplication").Succeeded();

        Assert.Equal("Stopped", other.WaitForEnd().Output[^1]);
    }

    [Fact]
    public void Stop_reports_a_last_sync_of_another_process_that_failed()
    {
        using var other = OtherProcess.Start(
            "Start-LitestreamReplication $args[0] $args[1] -Wait -ShutdownTimeout 1s | ForEach-Object { $_.Kind }",
            Database, Host.Folder["replica"]);
        other.WaitForLine("SnapshotShipped");
        Directory.Delete(Host.Folder["replica"], recursive: true);
        File.WriteAllText(Host.Folder["replica"], "a file where the replica was");
        Application.Write(Database, commits: 1);

        var result = Host.Run("Stop-LitestreamReplication ./app.db");

        Assert.Equal(["Timeout"], result.ErrorIds);
        Assert.Equal(1, other.WaitForEnd().ExitCode);
    }

    [Fact]
    public void Stop_does_nothing_in_another_process_with_WhatIf()
    {
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);

        var result = Host.Run("Stop-LitestreamReplication ./app.db -WhatIf");

        Assert.Contains($"process {other.Id}", result.HostText, StringComparison.Ordinal);
        Assert.Single(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Second_start_is_refused_and_names_the_process_that_replicates()
    {
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);

        var refused = Host.Run("Start-LitestreamReplication ./app.db ./second -Wait");
        var elsewhere = Host.Run("Start-LitestreamReplication ./app.db ./second -MetadataPath ./elsewhere -Wait");

        Assert.Equal(["ReplicationAlreadyRunning"], refused.ErrorIds);
        Assert.Contains($"process {other.Id}", refused.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(["ReplicationAlreadyRunning"], elsewhere.ErrorIds);
        Assert.Contains($"process {other.Id}", elsewhere.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Host.Folder["second"]));
    }

    [Fact]
    public void Start_goes_on_after_the_process_that_replicated_was_killed()
    {
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);
        other.Kill();
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());

        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();
        Application.Write(Database, commits: 3);
        Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();

        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void Replication_goes_on_when_others_cannot_reach_it()
    {
        File.WriteAllText(Host.Folder["file"], "no folder");
        using var other = OtherProcess.Start(
            "$env:LITESTREAM_RUN_FOLDER = $args[2]; Start-LitestreamReplication $args[0] $args[1] -Wait | ForEach-Object { $_.Kind }",
            Database, Host.Folder["replica"], Host.Folder["file"]);

        other.WaitForLine("ControlUnavailable");
        other.WaitForLine("SnapshotShipped");

        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
        Assert.Equal(["ReplicationAlreadyRunning"], Host.Run("Sync-LitestreamDatabase ./app.db ./replica").ErrorIds);
    }

    [SkippableFact]
    public void Hung_process_is_an_error_beside_the_others()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals");
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);
        Application.Create(Host.Folder["own.db"]);
        Host.Run("Start-LitestreamReplication ./own.db ./own").Succeeded();
        other.Signal("STOP");
        try
        {
            var all = Host.Run("Get-LitestreamReplication");
            var one = Host.Run("Stop-LitestreamReplication ./app.db");

            Assert.Equal(Host.Folder["own.db"], Assert.Single(all.Output).Value<string>("DatabasePath"));
            Assert.Equal(["ReplicationUnreachable"], all.ErrorIds);
            Assert.Contains($"{other.Id}", all.Errors[0].ToString(), StringComparison.Ordinal);
            Assert.Equal(["ReplicationUnreachable"], one.ErrorIds);
            Host.Run("Get-LitestreamReplication ./own.db | Stop-LitestreamReplication").Succeeded();
        }
        finally
        {
            other.Signal("CONT");
        }
    }
}
