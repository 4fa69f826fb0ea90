using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class JobTests : ReplicationTests
{
    [Theory]
    [InlineData("Start-LitestreamReplication ./app.db ./replica")]
    [InlineData("'./app.db' | Start-LitestreamReplication -Replica ./replica")]
    [InlineData("Start-LitestreamReplication ./a*.db ./replica")]
    [InlineData("Start-LitestreamReplication -LiteralPath ./app.db -Replica ./replica -SyncInterval '200ms' -Name nightly")]
    public void Start_replicates_what_the_application_writes_until_it_is_stopped(string script)
    {
        var job = (Job)Assert.Single(Host.Run(script).Succeeded()).BaseObject;
        Application.Write(Database, commits: 10);
        Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();

        Assert.Equal(JobState.Stopped, job.JobStateInfo.State);
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void Start_returns_a_job_that_the_job_cmdlets_know()
    {
        var started = (Job)Assert.Single(Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded()).BaseObject;

        var found = Assert.Single(Host.Run("Get-Job").Succeeded());
        Assert.Same(started, found.BaseObject);
        Assert.Equal("LitestreamReplication", started.PSJobTypeName);
        Assert.Equal("app.db", started.Name);
        Assert.Equal("Start-LitestreamReplication ./app.db ./replica", started.Command);
        Assert.Contains("replica", started.Location, StringComparison.Ordinal);
        Assert.NotEmpty(started.StatusMessage);
        Host.Run("Stop-Job $args[0]", started).Succeeded();
        Assert.Equal(JobState.Stopped, Host.Run("Wait-Job $args[0]", started).Succeeded()[0].Value<JobStateInfo>("JobStateInfo")!.State);
        Host.Run("Remove-Job $args[0]", started).Succeeded();
        Assert.Empty(Host.Run("Get-Job").Succeeded());
    }

    [Fact]
    public void Receive_gives_typed_events()
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica").Succeeded();
        WaitUntil("[bool]($job.Output | Where-Object Kind -eq SnapshotShipped)");

        var events = Host.Run("Stop-Job $job; Receive-Job $job").Succeeded();

        Assert.All(events, e => Assert.Contains("Litestream.PowerShell.Models.LitestreamReplicationEvent", e.TypeNames));
        Assert.Equal("Started", events[0].Value<string>("Kind"));
        Assert.Equal("Stopped", events[^1].Value<string>("Kind"));
        Assert.Equal(Database, events[0].Value<string>("DatabasePath"));
        Assert.False(Host.Run("$job.HasMoreData").Succeeded()[0].BaseObject is true);
    }

    [Theory]
    [InlineData("Receive-Job $job -Wait | ForEach-Object { Stop-Job $job; $_ }")]
    [InlineData("Receive-Job $job -Wait | ForEach-Object { Stop-LitestreamReplication ./app.db -ErrorAction Ignore; $_ }")]
    [InlineData("Receive-Job $job -Wait -AutoRemoveJob | ForEach-Object { Stop-Job $job; $_ }")]
    public void Stop_inside_receive_ends(string script)
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica").Succeeded();

        var events = Host.Run(script).Output;

        Assert.Contains(events, e => e.Value<string>("Kind") == "Started");
        WaitUntil("$job.State -eq 'Stopped'");
    }

    [Fact]
    public void Failure_arrives_at_receive_with_its_id()
    {
        File.WriteAllText(Host.Folder["taken"], "a file where a folder should be");
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica -MetadataPath ./taken").Succeeded();

        WaitUntil("$job.State -eq 'Failed'");

        var received = Host.Run("Receive-Job $job");
        Assert.Equal(["MetadataUnwritable"], received.ErrorIds);
        var shown = Assert.Single(Host.Run("Get-LitestreamReplication").Succeeded());
        Assert.Equal("Failed", shown.Value<string>("State"));
        Assert.Equal("MetadataUnwritable", PSObject.AsPSObject(shown.Value<Exception>("LastError")!).Value<string>("ErrorId"));
    }

    [Fact]
    public void Failed_replication_can_be_started_again()
    {
        File.WriteAllText(Host.Folder["taken"], "a file where a folder should be");
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica -MetadataPath ./taken").Succeeded();
        WaitUntil("$job.State -eq 'Failed'");

        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        WaitUntil("(Get-LitestreamReplication ./app.db).State -eq 'Running'");
    }

    [Fact]
    public void Second_start_is_refused_by_any_path()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();
        File.CreateSymbolicLink(Host.Folder["link.db"], Database);

        Assert.Equal(["ReplicationAlreadyRunning"], Host.Run("Start-LitestreamReplication ./app.db ./other").ErrorIds);
        Assert.Equal(["ReplicationAlreadyRunning"], Host.Run("Start-LitestreamReplication ./link.db ./other").ErrorIds);
        Assert.False(Directory.Exists(Host.Folder["other"]));
    }

    [Fact]
    public void Second_database_for_a_replica_in_use_is_refused()
    {
        Application.Create(Host.Folder["second.db"]);
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        Assert.Equal(["ReplicaInUse"], Host.Run("Start-LitestreamReplication ./second.db ./replica").ErrorIds);
    }

    [Fact]
    public void One_replica_given_twice_is_refused()
    {
        Assert.Equal(["TargetNotUnique"], Host.Run("Start-LitestreamReplication ./app.db ./replica, ./sub/../replica").ErrorIds);
        Assert.False(Directory.Exists(Host.Folder["replica"]));
    }

    [Fact]
    public void Two_replicas_of_a_database_are_both_shown_and_hold_the_same()
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica, ./second").Succeeded();
        Application.Write(Database, commits: 3);
        var shown = Host.Run("Stop-LitestreamReplication ./app.db -PassThru").Succeeded();

        Assert.Equal([Host.Folder["replica"], Host.Folder["second"]], shown.Select(r => r.Value<string>("Replica")));
        Host.Run("Restore-LitestreamDatabase ./second ./second.db").Succeeded();
        Assert.Equal(StateOfRestored(), Application.State(Host.Folder["second.db"]));
    }

    [Fact]
    public void Remove_with_force_ends_the_replication()
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica").Succeeded();

        Host.Run("Remove-Job $job -Force").Succeeded();

        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();
    }

    [Fact]
    public void Job_goes_on_without_its_runspace_and_is_stopped_from_another()
    {
        using (var other = new ModuleHost())
            other.Run("Start-LitestreamReplication $args[0] $args[1]", Database, Host.Folder["replica"]).Succeeded();

        Application.Write(Database, commits: 3);
        var stopped = Assert.Single(Host.Run("Get-LitestreamReplication | Stop-LitestreamReplication -PassThru").Succeeded());

        Assert.Equal("Stopped", stopped.Value<string>("State"));
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void Job_binds_to_stop_by_its_database()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica | Stop-LitestreamReplication").Succeeded();

        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Names_may_hold_spaces_brackets_and_letters_of_any_script()
    {
        const string Name = "größe [1] 名前 100%.db";
        Application.Create(Host.Folder[Name]);
        Host.Run("$job = Start-LitestreamReplication -LiteralPath $args[0] -Replica './réplica [2]'", Name).Succeeded();
        Application.Write(Host.Folder[Name], commits: 3);

        Assert.Single(Host.Run("Get-LitestreamReplication | Stop-LitestreamReplication -PassThru").Succeeded());
        Host.Run("Restore-LitestreamDatabase './réplica [2]' './[3] 復元.db'").Succeeded();

        Assert.Equal(Application.State(Host.Folder[Name]), Application.State(Host.Folder["[3] 復元.db"]));
    }
}
