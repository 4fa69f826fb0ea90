using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class ConfigurationTests : ReplicationTests
{
    public ConfigurationTests()
    {
        Application.Create(Second);
        Configure("""
            dbs:
              - path: app.db
                replicas:
                  - path: replica
                    retention: 48h
              - path: second.db
                replicas:
                  - name: first
                    path: r2
                  - url: s3://bucket/second
                    access-key-id: PUBLIC
                    secret-access-key: hidden
            """);
    }

    private string Second => Host.Folder["second.db"];

    [Fact]
    public void Get_lists_what_the_file_names_and_shows_no_secret()
    {
        var databases = Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml").Succeeded();

        Assert.Equal([Database, Second], databases.Select(d => d.Value<string>("Database")));
        Assert.Equal(TimeSpan.FromHours(48), databases[0].Value<TimeSpan>("Retention"));
        Assert.Equal((true, false), (databases[0].Value<bool>("Exists"), databases[0].Value<bool>("IsReplicating")));
        var table = Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml | Out-Default").HostText;
        Assert.Matches("Exists Running Database +Replicas", table);
        Assert.All(table.Split('\n').Where(l => !l.Contains("ConfigPath", StringComparison.Ordinal)), l => Assert.True(l.Length < 80, l));
        var replica = Assert.Single(Host.Run("(Get-LitestreamDatabase second.db -ConfigPath ./litestream.yml).Replicas | Where-Object AccessKey").Succeeded());
        Assert.Equal("PUBLIC", replica.Value<string>("AccessKey"));
        Assert.All(databases.SelectMany(d => d.Properties).Concat(replica.Properties),
            p => Assert.DoesNotContain("hidden", $"{p.Value}", StringComparison.Ordinal));
        Assert.DoesNotContain("hidden", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app.db", 1)]
    [InlineData("./second.db", 1)]
    [InlineData("*.db", 2)]
    [InlineData("other*", 0)]
    public void Get_lists_those_that_are_asked_for(string name, int count) =>
        Assert.Equal(count, Host.Run("Get-LitestreamDatabase $args[0] -ConfigPath ./litestream.yml", name).Succeeded().Count);

    [Fact]
    public void Errors_have_their_ids()
    {
        Assert.Equal(["DatabaseNotFound"], Host.Run("Get-LitestreamDatabase other.db -ConfigPath ./litestream.yml").ErrorIds);
        Assert.Equal(["ConfigurationNotFound"], Host.Run("Start-LitestreamReplication -ConfigPath ./nowhere.yml").ErrorIds);
        Configure("dbs:\n  - pat: x");
        var error = Assert.Single(Host.Run("Start-LitestreamReplication -ConfigPath ./litestream.yml").Errors);
        Assert.Equal(ErrorCategory.ParserError, error.CategoryInfo.Category);
        Assert.Contains("litestream.yml, line 2: 'pat' is not a key", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_job_replicates_all_and_ends_with_them()
    {
        UseFolders();

        var job = (Job)Assert.Single(Host.Run("$job = Start-LitestreamReplication -ConfigPath ./litestream.yml; $job").Succeeded()).BaseObject;
        WaitUntil("(Get-LitestreamReplication -ConfigPath ./litestream.yml | Where-Object State -eq Running).Count -eq 2");
        Application.Write(Database, commits: 3);
        Application.Write(Second, commits: 3);

        Assert.Equal("litestream.yml", job.Name);
        Assert.StartsWith("2 Running, lag", job.StatusMessage, StringComparison.Ordinal);
        Assert.All(Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml").Succeeded(), d => Assert.True(d.Value<bool>("IsReplicating")));
        Assert.Equal([Second], Host.Run("Stop-LitestreamReplication -ConfigPath ./litestream.yml -Database second.db -PassThru").Succeeded().Select(r => r.Value<string>("DatabasePath")));
        Assert.Equal(JobState.Running, job.JobStateInfo.State);
        Host.Run("Stop-LitestreamReplication -ConfigPath ./litestream.yml").Succeeded();
        Assert.Equal(JobState.Stopped, job.JobStateInfo.State);
        Assert.Equal(Application.State(Database), StateOfRestored());
        Host.Run("Restore-LitestreamDatabase ./r2 ./copy.db").Succeeded();
        Assert.Equal(Application.State(Second), Application.State(Host.Folder["copy.db"]));
    }

    [Fact]
    public void One_that_fails_does_not_end_the_others_but_the_job_has_failed()
    {
        UseFolders();
        File.WriteAllText(Host.Folder[".second.db-litestream-ps"], "a file where a folder should be");
        Host.Run("$job = Start-LitestreamReplication -ConfigPath ./litestream.yml").Succeeded();
        WaitUntil("[bool]($job.Error.Count) -and (Get-LitestreamReplication ./app.db).State -eq 'Running'");

        Assert.Equal("Running", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);
        Host.Run("Stop-Job $job").Succeeded();

        Assert.Equal("Failed", Host.Run("[string]$job.State").Succeeded()[0].BaseObject);
        Assert.Equal(["MetadataUnwritable"], Host.Run("Receive-Job $job").ErrorIds);
    }

    [Fact]
    public void Databases_are_piped_to_one_job()
    {
        UseFolders();

        Assert.Single(Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml | Start-LitestreamReplication").Succeeded());

        WaitUntil("(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 2");
        Assert.Equal(2, Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml | Get-LitestreamReplication").Succeeded().Count);
        Assert.Equal(2, Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml | Sync-LitestreamDatabase").Succeeded().Count);
        Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml | Stop-LitestreamReplication").Succeeded();
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Another_process_that_waits_is_seen_and_stopped_by_the_file()
    {
        UseFolders();
        using var service = OtherProcess.Start(
            "Start-LitestreamReplication -ConfigPath $args[0] -Wait | ForEach-Object { $_.Kind }", Host.Folder["litestream.yml"]);
        WaitUntil("(Get-LitestreamReplication -ConfigPath ./litestream.yml | Where-Object State -eq Running).Count -eq 2");
        Application.Write(Second, commits: 3);

        Assert.All(Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml").Succeeded(), d => Assert.Equal(service.Id, d.Value<int>("ProcessId")));
        Host.Run("Stop-LitestreamReplication -ConfigPath ./litestream.yml").Succeeded();

        Assert.Equal(0, service.WaitForEnd().ExitCode);
        Host.Run("Restore-LitestreamDatabase ./r2 ./copy.db").Succeeded();
        Assert.Equal(Application.State(Second), Application.State(Host.Folder["copy.db"]));
    }

    [Fact]
    public void Error_that_ends_the_start_leaves_nothing_entered()
    {
        UseFolders();
        File.WriteAllText(Second, "no database, but long enough to be read as one: " + new string('x', 200));

        Assert.Equal(["NotADatabase"], Host.Run("Start-LitestreamReplication -ConfigPath ./litestream.yml -ErrorAction Stop").ErrorIds);

        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Sync_runs_once_for_each_database()
    {
        UseFolders();

        var results = Host.Run("Sync-LitestreamDatabase -ConfigPath ./litestream.yml").Succeeded();

        Assert.Equal([(Database, false), (Second, false)], results.Select(r => (r.Value<string>("DatabasePath")!, r.Value<bool>("WasRunning"))));
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void A_file_name_means_the_same_wherever_the_session_is()
    {
        UseFolders();

        Host.Run("$ExecutionContext.SessionState.Path.SetLocation('Env:')").Succeeded();

        var result = Assert.Single(Host.Run("Get-LitestreamDatabase -ConfigPath $args[0] -Database $args[1]", Host.Folder["litestream.yml"], Path.GetFileName(Second)).Succeeded());

        Assert.Equal(Second, result.Value<string>("Database"));
    }

    [Fact]
    public void What_has_no_effect_is_a_warning()
    {
        Configure("addr: ':9090'\ndbs: []");

        Assert.Collection(
            Host.Run("Get-LitestreamDatabase -ConfigPath ./litestream.yml").Warnings,
            warning => Assert.Contains("line 1: 'addr' has no effect", warning, StringComparison.Ordinal),
            warning => Assert.Contains("names no database", warning, StringComparison.Ordinal));
    }

    private void UseFolders() => Configure($$"""
        dbs:
          - {path: '{{Database}}', replicas: [{path: '{{Host.Folder["replica"]}}'}]}
          - {path: '{{Second}}', replicas: [{path: '{{Host.Folder["r2"]}}'}]}
        """);

    private void Configure(string yaml) => File.WriteAllText(Host.Folder["litestream.yml"], yaml);
}
