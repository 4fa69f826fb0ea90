using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class FolderReplicationTests : ReplicationTests
{
    private const string Config = "-ConfigPath ./litestream.yml";

    public FolderReplicationTests()
    {
        Directory.CreateDirectory(Host.Folder["tenants/one"]);
        Application.Create(One);
        Configure("path", "tenants/*/app.db");
    }

    private string One => Host.Folder["tenants/one/app.db"];

    private string Two => Host.Folder["tenants/two/app.db"];

    [Fact]
    public void Get_lists_what_is_in_the_folders_now()
    {
        Assert.Equal([One], Paths(Host.Run($"Get-LitestreamDatabase {Config}")));
        Create(Two);

        Assert.Equal([One, Two], Paths(Host.Run($"Get-LitestreamDatabase {Config}")));
        Assert.Equal(Host.Folder["backup/two/app.db"],
            Host.Run($"(Get-LitestreamDatabase $args[0] {Config}).Replicas", Two).Succeeded()[0].Value<string>("Url"));
    }

    [Fact]
    public void Databases_that_come_are_replicated_each_under_its_relative_path()
    {
        var job = Start();
        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 1");

        Create(Two);
        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 2");
        Application.Write(Two, commits: 3);
        Host.Run($"Sync-LitestreamDatabase {Config}").Succeeded();

        Host.Run("Restore-LitestreamDatabase ./backup/two/app.db ./copy.db").Succeeded();
        Assert.Equal(Application.State(Two), Application.State(Host.Folder["copy.db"]));
        Assert.Equal([One, Two], ((IEnumerable<string>)job.Properties["DatabasePath"].Value).Order());
        Assert.Equal(2, Host.Run($"Get-LitestreamReplication {Config}").Succeeded().Count);
        Assert.Single(Host.Run("$job | Receive-Job | Where-Object Kind -eq DatabaseFound").Succeeded());
    }

    [Fact]
    public void Database_that_has_gone_is_let_go_and_its_replica_stays()
    {
        Create(Two);
        Start();
        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 2");
        Application.Write(Two, commits: 3);
        Host.Run($"Sync-LitestreamDatabase {Config}").Succeeded();
        var state = Application.State(Two);

        Directory.Delete(Path.GetDirectoryName(Two)!, recursive: true);

        WaitUntil("(Get-LitestreamReplication).Count -eq 1");
        WaitUntil("[bool]($job.Output | Where-Object Kind -eq DatabaseGone)");
        Assert.Equal("Running", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);
        Assert.Equal([], Host.Run("$job.Error").Succeeded());
        Host.Run($"Restore-LitestreamDatabase {Config} -Database $args[0]", Two).Succeeded();
        Assert.Equal(state, Application.State(Two));
        // and is taken up again
        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 2");
        Host.Run($"Stop-LitestreamReplication {Config}").Succeeded();
        Assert.Equal("Stopped", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);
    }

    [Fact]
    public void Job_of_an_empty_folder_waits_and_is_stopped()
    {
        Directory.Delete(Host.Folder["tenants"], recursive: true);
        Assert.Contains("No database in", Assert.Single(Host.Run($"Get-LitestreamDatabase {Config}").Warnings), StringComparison.Ordinal);
        var job = (Job)Start().BaseObject;
        Assert.Equal(("litestream.yml", JobState.Running, "No database"), (job.Name, job.JobStateInfo.State, job.StatusMessage));

        Create(One);
        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 1");
        Host.Run("Stop-Job $job").Succeeded();

        Assert.Equal(JobState.Stopped, job.JobStateInfo.State);
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Stopping_all_by_the_file_ends_the_job_of_another_process_too()
    {
        using var service = OtherProcess.Start("Start-LitestreamReplication -ConfigPath $args[0] -Wait | ForEach-Object { $_.Kind }", Host.Folder["litestream.yml"]);
        WaitUntil($"(Get-LitestreamReplication {Config} | Where-Object State -eq Running).Count -eq 1");
        Create(Two);
        WaitUntil($"(Get-LitestreamReplication {Config} | Where-Object State -eq Running).Count -eq 2");

        Host.Run($"Stop-LitestreamReplication {Config} -Database $args[0]", One).Succeeded();
        Assert.Single(Host.Run($"Get-LitestreamReplication {Config}").Succeeded());
        Host.Run($"Get-LitestreamDatabase {Config} | Stop-LitestreamReplication").Succeeded();

        Assert.Equal(0, service.WaitForEnd().ExitCode);
    }

    [Fact]
    public void One_that_fails_does_not_end_the_others_and_is_begun_when_its_trouble_is_over()
    {
        Start();
        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 1");
        Host.Run($"$other = Start-LitestreamReplication ./app.db ./backup/two/app.db").Succeeded();

        Create(Two);

        WaitUntil("[bool]($job.Error | Where-Object FullyQualifiedErrorId -eq ReplicaInUse)");
        Assert.Equal("Running", Host.Run("(Get-LitestreamReplication ./tenants/one/app.db).State").Succeeded()[0].BaseObject);
        for (var tries = 0; tries < 3; tries++)
        {
            // makes it look, and try, again
            File.WriteAllText(Host.Folder[$"tenants/two/{tries}"], "");
            Thread.Sleep(1000);
        }

        Host.Run("Stop-Job $other").Succeeded();
        Directory.Delete(Host.Folder["backup/two"], recursive: true);
        WaitUntil("(Get-LitestreamReplication ./tenants/two/app.db -ErrorAction Ignore).State -eq 'Running'");
        Assert.Single(Host.Run("$job.Error").Output);
    }

    [Fact]
    public void One_whose_replication_fails_is_begun_again_until_its_trouble_is_over()
    {
        Start();
        Directory.CreateDirectory(Path.GetDirectoryName(Two)!);
        var inTheWay = Host.Folder["tenants/two/.app.db-litestream-ps"];
        File.WriteAllText(inTheWay, "where the metadata folder should be");
        Create(Two);
        WaitUntil("[bool]($job.Warning | Where-Object Message -like '*two*has failed. It begins again in*')");
        Assert.Contains("MetadataUnwritable", Host.Run("$job.Error.FullyQualifiedErrorId").Succeeded()[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("Running", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);

        File.Delete(inTheWay);

        WaitUntil("(Get-LitestreamReplication ./tenants/two/app.db -ErrorAction Ignore).State -eq 'Running'");
        Assert.Single(Host.Run("$job.Output | Where-Object Kind -eq DatabaseFound").Succeeded());
        Host.Run("Stop-Job $job").Succeeded();
        // what failed and was made good is no failure of the job
        Assert.Equal("Stopped", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);
    }

    [Fact]
    public void One_that_failed_and_is_stopped_is_not_begun_again()
    {
        File.WriteAllText(Host.Folder["tenants/one/.app.db-litestream-ps"], "where the metadata folder should be");
        Start();
        WaitUntil("[bool]($job.Warning | Where-Object Message -like '*one*has failed. It begins again in*')");

        Host.Run($"Stop-LitestreamReplication {Config}").Succeeded();

        WaitUntil("$job.State -ne 'Running'");
        Assert.Equal("Failed", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [SkippableFact]
    public void A_signal_leaves_a_script_its_own_exit_code_where_a_database_has_come_later()
    {
        Skip.If(OperatingSystem.IsWindows(), "signals");
        Directory.Delete(Host.Folder["tenants/one"], recursive: true);
        using var service = OtherProcess.Start(
            "Start-LitestreamReplication -ConfigPath $args[0] -Wait -WarningAction Ignore | ForEach-Object { $_.Kind }", Host.Folder["litestream.yml"]);
        Create(Two);
        service.WaitForLine("SnapshotShipped");

        service.Signal("TERM");

        Assert.Equal(0, service.WaitForEnd().ExitCode);
    }

    [Fact]
    public void Database_without_wal_is_left_to_its_application()
    {
        Start();
        Create(Two, journalMode: "delete");

        WaitUntil("[bool]($job.Warning | Where-Object Message -like '*two*is not in WAL mode*')");

        Assert.Empty(Host.Run("Get-LitestreamReplication ./tenants/two/app.db -ErrorAction Ignore").Output);
    }

    [Fact]
    public void Folder_that_is_not_watched_has_to_hold_a_database()
    {
        Configure("dir", "tenants, pattern: '*.db'");
        Assert.Equal(["DatabaseNotFound"], Host.Run($"Start-LitestreamReplication {Config}").ErrorIds);
        Configure("dir", "tenants, pattern: '*.db', recursive: true");

        Start();
        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 1");
        Host.Run("Get-LitestreamReplication | Stop-LitestreamReplication").Succeeded();

        Assert.Equal("Stopped", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);
    }

    [Fact]
    public void Nothing_is_watched_where_databases_are_named_or_it_is_only_tried()
    {
        Assert.Empty(Host.Run($"Start-LitestreamReplication {Config} -WhatIf").Succeeded());

        Host.Run($"$job = Start-LitestreamReplication {Config} -Database app.db").Succeeded();
        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 1");
        Host.Run("Get-LitestreamReplication | Stop-LitestreamReplication").Succeeded();

        Assert.Equal("Stopped", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);
        Assert.Equal("app.db", Host.Run("$job.Name").Succeeded()[0].BaseObject);
    }

    [Fact]
    public void Sync_and_readers_take_what_is_there()
    {
        Create(Two);

        Assert.Equal([One, Two], Host.Run($"Sync-LitestreamDatabase {Config}").Succeeded().Select(r => r.Value<string>("DatabasePath")));
        Assert.Equal(2, Host.Run($"Test-LitestreamBackup {Config}").Succeeded().Count);
    }

    private PSObject Start() => Assert.Single(Host.Run($"$job = Start-LitestreamReplication {Config}; $job").Succeeded());

    private static void Create(string path, string journalMode = "wal")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Application.Create(path, journalMode);
    }

    private static IEnumerable<string?> Paths(RunResult run) => run.Succeeded().Select(d => d.Value<string>("Database"));

    private void Configure(string key, string value) =>
        File.WriteAllText(Host.Folder["litestream.yml"], $"dbs: [{{{key}: {Host.Folder.Path}/{value}, replicas: [{{path: '{Host.Folder["backup"]}'}}]}}]");
}
