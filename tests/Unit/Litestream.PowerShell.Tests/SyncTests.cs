using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class SyncTests : ReplicationTests
{
    [Theory]
    [InlineData("Sync-LitestreamDatabase ./app.db ./replica")]
    [InlineData("'./app.db' | Sync-LitestreamDatabase -Replica ./replica -Timeout 5m")]
    [InlineData("Sync-LitestreamDatabase ./a*.db ./replica -MetadataPath ./meta")]
    [InlineData("Sync-LitestreamDatabase -LiteralPath ./app.db -Replica ./replica")]
    public void Sync_replicates_once_what_nobody_replicates(string script)
    {
        var result = Assert.Single(Host.Run(script).Succeeded());

        Assert.Contains("Litestream.PowerShell.Models.LitestreamSyncResult", result.TypeNames);
        Assert.Equal(Database, result.Value<string>("DatabasePath"));
        Assert.Equal([Host.Folder["replica"]], result.Value<IReadOnlyList<string>>("Replica"));
        Assert.Equal(16, result.Value<string>("Generation")!.Length);
        Assert.True(result.Value<long>("BytesShipped") > 0);
        Assert.True(result.Value<TimeSpan>("Duration") > TimeSpan.Zero);
        Assert.False(result.Value<bool>("WasRunning"));
        Assert.Equal(Environment.ProcessId, result.Value<int>("ProcessId"));
        Assert.Equal(Application.State(Database), StateOfRestored());
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
        Assert.Empty(Host.Run("Get-Job").Succeeded());
    }

    [Fact]
    public void Sync_of_a_replication_that_can_not_read_its_database_says_why_at_once()
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica; Sync-LitestreamDatabase ./app.db").Succeeded();
        File.Delete(Database);
        WaitUntil("(Get-LitestreamReplication ./app.db | ForEach-Object { $_.State -eq 'Waiting' -and $_.LastError })");

        var result = Host.Run("Sync-LitestreamDatabase ./app.db -Timeout 1s");

        Assert.Equal(["Timeout"], result.ErrorIds);
        Assert.Contains("app.db", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Sync_goes_on_with_the_generation_while_the_WAL_is_still_there()
    {
        using var application = Application.StartWriter(Database);
        application.WaitForCommits(5);
        var first = Assert.Single(Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded());
        application.WaitForCommits(5);

        var second = Assert.Single(Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded());

        Assert.Equal(first.Value<string>("Generation"), second.Value<string>("Generation"));
        Assert.Single(Host.Run("Get-LitestreamSnapshot ./replica").Succeeded());
    }

    [Fact]
    public void Sync_goes_on_with_the_generation_after_the_application_removed_the_WAL()
    {
        Application.Write(Database, commits: 5);
        var first = Assert.Single(Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded());
        Application.Write(Database, commits: 5);

        var second = Assert.Single(Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded());

        Assert.Equal(first.Value<string>("Generation"), second.Value<string>("Generation"));
        Assert.NotNull(second.Value<object>("Position"));
        Assert.Single(Host.Run("Get-LitestreamSnapshot ./replica").Succeeded());
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void Sync_pushes_the_job_of_this_process()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();
        Application.Write(Database, commits: 5);

        var result = Assert.Single(Host.Run("Sync-LitestreamDatabase ./app.db").Succeeded());

        Assert.True(result.Value<bool>("WasRunning"));
        Assert.Equal(Application.State(Database), StateOfRestored());
        Assert.Single(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Sync_pushes_the_replication_of_another_process()
    {
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);
        Application.Write(Database, commits: 5);

        var result = Assert.Single(Host.Run("Sync-LitestreamDatabase ./app.db").Succeeded());

        Assert.True(result.Value<bool>("WasRunning"));
        Assert.Equal(other.Id, result.Value<int>("ProcessId"));
        Assert.Equal([Host.Folder["replica"]], result.Value<IReadOnlyList<string>>("Replica"));
        Assert.Equal(Application.State(Database), StateOfRestored());
        string[] alike =
        [
            "Sync-LitestreamDatabase ./app.db ./replica", "Sync-LitestreamDatabase ./a*", "Get-LitestreamReplication | Sync-LitestreamDatabase",
        ];
        Assert.All(alike, s => Assert.Equal(other.Id, Assert.Single(Host.Run(s).Succeeded()).Value<int>("ProcessId")));
    }

    [Fact]
    public void Syncs_of_several_processes_at_once_all_succeed()
    {
        using var application = Application.StartWriter(Database);
        application.WaitForCommits(1);
        const string Script = "foreach ($i in 1..4) { Sync-LitestreamDatabase $args[0] $args[1] -ErrorAction Stop | ForEach-Object { 'synced' } }";
        var processes = Enumerable.Range(0, 3).Select(_ => OtherProcess.Start(Script, Database, Host.Folder["replica"])).ToList();

        var ends = processes.Select(p => p.WaitForEnd()).ToList();

        // a busy machine may stand still for so long that it is told
        Assert.All(ends, e => Assert.DoesNotContain(e.Errors.Split('\n'), l => l.Length > 0 && !l.StartsWith("WARNING: The database changes and is not captured", StringComparison.Ordinal)));
        Assert.All(ends, e => Assert.Equal(["synced", "synced", "synced", "synced"], e.Output));
        foreach (var process in processes) process.Dispose();
    }

    [Fact]
    public void Sync_confirms_all_replicas()
    {
        var result = Assert.Single(Host.Run("Sync-LitestreamDatabase ./app.db ./replica, ./second").Succeeded());

        Assert.Equal([Host.Folder["replica"], Host.Folder["second"]], result.Value<IReadOnlyList<string>>("Replica"));
        Host.Run("Restore-LitestreamDatabase ./second ./second.db").Succeeded();
        Assert.Equal(Application.State(Database), Application.State(Host.Folder["second.db"]));
    }

    [Fact]
    public void Sync_of_what_is_replicated_elsewhere_to_another_place_is_refused()
    {
        using var other = OtherProcess.Replicate(Database, Host.Folder["replica"]);

        var result = Host.Run("Sync-LitestreamDatabase ./app.db ./another");

        Assert.Equal(["InvalidArgument"], result.ErrorIds);
        Assert.Contains($"{other.Id}", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Host.Folder["another"]));
    }

    [Fact]
    public void Sync_without_replica_tells_when_nothing_runs()
    {
        Assert.Equal(["ReplicationNotFound"], Host.Run("Sync-LitestreamDatabase ./app.db").ErrorIds);
        Assert.Empty(Host.Run("Sync-LitestreamDatabase ./a*").Succeeded());
    }

    [Theory]
    [InlineData("Sync-LitestreamDatabase ./none.db ./replica", "DatabaseNotFound")]
    [InlineData("Sync-LitestreamDatabase ./none* ./replica", "DatabaseNotFound")]
    [InlineData("Sync-LitestreamDatabase ./app.db ./replica, ./replica", "TargetNotUnique")]
    [InlineData("'./app.db', './second.db' | Sync-LitestreamDatabase -Replica ./replica", "TargetNotUnique")]
    [InlineData("Sync-LitestreamDatabase ./app.db ./taken -Timeout 500ms", "Timeout")]
    [InlineData("Sync-LitestreamDatabase ./app.db ./replica -MetadataPath ./taken", "MetadataUnwritable")]
    public void Failure_is_one_error_with_its_id(string script, string id)
    {
        Application.Create(Host.Folder["second.db"]);
        File.WriteAllText(Host.Folder["taken"], "a file where a folder should be");

        var result = Host.Run(script);

        Assert.Equal([id], result.ErrorIds);
        Assert.Empty(result.Output);
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    /// <summary>Hostile review: it said nothing at all, as if all were well.</summary>
    [Theory]
    [InlineData("./app.db")]
    [InlineData("./*.db")]
    public void Sync_of_a_replication_that_has_failed_tells_how(string path)
    {
        File.WriteAllText(Host.Folder["taken"], "a file where a folder should be");
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica -MetadataPath ./taken").Succeeded();
        WaitUntil("$job.State -eq 'Failed'");

        var outcome = Host.Run($"Sync-LitestreamDatabase {path}");

        Assert.Equal(["MetadataUnwritable"], outcome.ErrorIds);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public void Sync_goes_on_with_the_next_database_after_an_error()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        var result = Host.Run("'./none.db', './app.db' | Sync-LitestreamDatabase");

        Assert.Equal(["ReplicationNotFound"], result.ErrorIds);
        Assert.Single(result.Output);
    }

    [Fact]
    public void Sync_that_timed_out_is_completed_by_the_next()
    {
        File.WriteAllText(Host.Folder["replica"], "a file where a folder should be");
        var late = Assert.Single(Host.Run("Sync-LitestreamDatabase ./app.db ./replica -Timeout 5ms").Errors);
        Assert.StartsWith($"No confirmation of '{Database}' within 0.005 s.", late.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["Timeout"], Host.Run("Sync-LitestreamDatabase ./app.db ./replica -Timeout 500ms").ErrorIds);
        File.Delete(Host.Folder["replica"]);

        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();

        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Theory]
    [InlineData("Sync-LitestreamDatabase ./app.db ./replica -WhatIf")]
    [InlineData("Sync-LitestreamDatabase ./app.db -WhatIf")]
    public void Sync_does_nothing_with_WhatIf(string script)
    {
        if (!script.Contains("replica", StringComparison.Ordinal)) Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        var result = Host.Run(script);

        Assert.Contains("What if", result.HostText, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Sync_ends_with_the_pipeline_and_leaves_nothing_behind()
    {
        File.WriteAllText(Host.Folder["taken"], "a file where a folder should be");
        using var foreground = new ModuleHost();
        using var shell = foreground.Create("Sync-LitestreamDatabase $args[0] $args[1]", Database, Host.Folder["taken"]);
        shell.BeginInvoke();
        WaitUntil("(Get-LitestreamReplication).State -eq 'Running'");

        shell.Stop();

        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Sync_of_another_process_ends_with_the_pipeline()
    {
        File.WriteAllText(Host.Folder["taken"], "a file where a folder should be");
        using var other = OtherProcess.Start(
            "Start-LitestreamReplication $args[0] $args[1] -Wait | ForEach-Object { $_.Kind }", Database, Host.Folder["taken"]);
        other.WaitForLine("RetryScheduled");
        using var foreground = new ModuleHost();
        using var shell = foreground.Create("'waiting'; Sync-LitestreamDatabase $args[0]", Database);
        var output = new PSDataCollection<PSObject>();
        shell.BeginInvoke<PSObject, PSObject>(null, output);
        while (output.Count == 0) Thread.Sleep(10);

        shell.Stop();

        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Single(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Sync_shows_the_view()
    {
        var text = Host.Run("Sync-LitestreamDatabase ./app.db ./replica | Out-Default").HostText;

        Assert.Contains("Generation       Position          Shipped Duration Running Database", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), l => Assert.True(l.Length <= 80, l));
    }

    [Fact]
    public void Scheduled_task_ends_with_the_exit_code_that_its_script_gives()
    {
        const string Script = "$ErrorActionPreference = 'Stop'; Sync-LitestreamDatabase $args[0] $args[1] | ForEach-Object { $_.Generation }";

        var good = OtherProcess.Run(Script, Database, Host.Folder["replica"]);
        var bad = OtherProcess.Run(Script, Host.Folder["none.db"], Host.Folder["replica"]);

        Assert.Equal((0, string.Empty), (good.ExitCode, good.Errors));
        Assert.Single(good.Output);
        Assert.Equal(1, bad.ExitCode);
        Assert.StartsWith("DatabaseNotFound", bad.Errors, StringComparison.Ordinal);
    }
}
