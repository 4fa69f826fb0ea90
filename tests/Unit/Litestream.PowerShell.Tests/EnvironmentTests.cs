using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Litestream.Servers;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class EnvironmentTests : ReplicationTests
{
    [Fact]
    public void Module_alone_is_looked_at_without_parameters()
    {
        var finding = Assert.Single(Host.Run("Test-LitestreamEnvironment").Succeeded());

        Assert.Equal(("Ok", "ModuleSqlite"), (finding.Value<string>("Severity"), finding.Value<string>("Check")));
    }

    [Fact]
    public void Database_and_replica_are_looked_at_and_left_as_they_were()
    {
        var before = Files();

        var findings = Host.Run("Test-LitestreamEnvironment ./app.db ./replica").Succeeded();

        Assert.Equal(["ReplicaList", "ReplicaPut", "ReplicaGet", "ReplicaDelete"], findings.TakeLast(4).Select(f => f.Value<string>("Check")));
        Assert.DoesNotContain("Error", findings.Select(f => f.Value<string>("Severity")));
        Assert.Equal(before, Files());
    }

    [Fact]
    public void Databases_are_piped()
    {
        Application.Create(Host.Folder["second.db"]);

        Assert.Equal(["app.db", "second.db"], Host.Run("'./app.db', './second.db' | Test-LitestreamEnvironment | Where-Object Check -eq JournalMode").Succeeded()
            .Select(f => Path.GetFileName(f.Value<string>("Target"))));
    }

    [Fact]
    public void Replica_is_not_touched_with_WhatIf()
    {
        Assert.Empty(Host.Run("Test-LitestreamEnvironment ./app.db ./replica -WhatIf | Where-Object Check -like 'Replica*'").Succeeded());
    }

    [SkippableFact]
    public void Sqlite_of_an_application_is_seen()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        using var writer = Application.StartWriter(Database);
        writer.WaitForCommits(1);

        var finding = Assert.Single(Host.Run("Test-LitestreamEnvironment ./app.db | Where-Object Check -eq ApplicationSqlite").Succeeded());

        Assert.Equal("Ok", finding.Value<string>("Severity"));
        Assert.Contains("It uses SQLite 3.", finding.Value<string>("Message"), StringComparison.Ordinal);
        Assert.Contains("(process ", finding.Value<string>("Target"), StringComparison.Ordinal);
    }

    [Fact]
    public void Running_replication_is_not_disturbed()
    {
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica").Succeeded();
        WaitUntil("(Get-LitestreamReplication).State -eq 'Running'");
        Application.Write(Database, commits: 3);

        Host.Run("Test-LitestreamEnvironment ./app.db ./replica").Succeeded();
        Application.Write(Database, commits: 3);
        Host.Run("Sync-LitestreamDatabase ./app.db").Succeeded();

        Assert.DoesNotContain("LocksLost", Host.Run("$job.Output | ForEach-Object Kind").Succeeded().Select(k => k.BaseObject));
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void Configuration_is_looked_at()
    {
        File.WriteAllText(Host.Folder["litestream.yml"], $$"""
            dbs:
              - {path: '{{Database}}', meta-path: '{{Host.Folder["meta"]}}', replicas: [{path: '{{Host.Folder["replica"]}}'}]}
              - {path: '{{Host.Folder["nowhere/second.db"]}}', replicas: [{path: '{{Host.Folder["r2"]}}'}]}
            """);

        var findings = Host.Run("Test-LitestreamEnvironment -ConfigPath ./litestream.yml").Succeeded();

        Assert.Equal(Host.Folder["meta-ps"], findings.First(f => f.Value<string>("Check") == "MetadataFolder").Value<string>("Target"));
        Assert.Equal(Host.Folder["nowhere/second.db"], findings.Single(f => f.Value<string>("Severity") == "Error").Value<string>("Target"));
        Assert.Equal(2, findings.Count(f => f.Value<string>("Check") == "ReplicaDelete"));
        Assert.Single(Host.Run("Get-LitestreamDatabase app.db -ConfigPath ./litestream.yml | Test-LitestreamEnvironment | Where-Object Check -eq ReplicaPut").Succeeded());
        Assert.Equal(["ConfigurationNotFound"], Host.Run("Test-LitestreamEnvironment -ConfigPath ./nowhere.yml").ErrorIds);
    }

    [Fact]
    public void Findings_are_a_table_in_80_columns()
    {
        var text = Host.Run("Test-LitestreamEnvironment ./app.db ./replica | Out-Default").HostText;

        Assert.Contains("Severity    Check             Message", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), l => Assert.True(l.TrimEnd('\r').Length <= 80, l));
    }

    [SkippableFact]
    public async Task Secret_is_nowhere_in_the_findings()
    {
        using var store = await MotoProcess.TryStartAsync();
        Skip.If(store is null, "moto_server is not installed.");
        using (var http = new HttpClient()) (await http.PutAsync(new Uri(store!.Endpoint, "/bucket"), null)).EnsureSuccessStatusCode();
        File.WriteAllText(Host.Folder["litestream.yml"],
            $"dbs: [{{path: '{Database}', replicas: [{{url: 's3://bucket/app', endpoint: '{store.Endpoint}', access-key-id: KEY, secret-access-key: hidden}}]}}]");

        var findings = Host.Run("Test-LitestreamEnvironment -ConfigPath ./litestream.yml").Succeeded();

        Assert.Equal("ClockSkew", findings[^1].Value<string>("Check"));
        Assert.All(findings, f => Assert.DoesNotContain("hidden", $"{f.BaseObject}", StringComparison.Ordinal));
    }

    private List<(string, long, DateTime)> Files() =>
        [.. new DirectoryInfo(Host.Folder.Path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(f => (f.FullName, f is FileInfo file ? file.Length : 0, f is FileInfo ? f.LastWriteTimeUtc : default)).Order()];
}
