using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>What reads replicas, by a configuration file.</summary>
public sealed class ConfiguredReplicaTests : ReplicationTests
{
    private const string Config = "-ConfigPath ./litestream.yml";

    public ConfiguredReplicaTests()
    {
        Application.Create(Second);
        File.WriteAllText(Host.Folder["litestream.yml"], $$"""
            dbs:
              - path: '{{Database}}'
                replicas:
                  - {name: near, path: '{{Host.Folder["replica"]}}'}
                  - {name: far, path: '{{Host.Folder["far"]}}'}
              - {path: '{{Second}}', replicas: [{path: '{{Host.Folder["r2"]}}'}]}
            """);
        Host.Run($"Sync-LitestreamDatabase {Config}").Succeeded();
        Application.Write(Database, commits: 3);
        Application.Write(Second, commits: 3);
        Host.Run($"Sync-LitestreamDatabase {Config}").Succeeded();
    }

    private string Second => Host.Folder["second.db"];

    public static TheoryData<string> Readers => new(
        "Get-LitestreamGeneration", "Get-LitestreamSnapshot", "Get-LitestreamWalSegment", "Get-LitestreamRestorePoint", "Test-LitestreamReplica", "Test-LitestreamBackup");

    [Theory]
    [MemberData(nameof(Readers))]
    public void Replicas_of_the_file_are_read(string cmdlet)
    {
        string[] all = [Host.Folder["replica"], Host.Folder["far"], Host.Folder["r2"]];

        Assert.Equal(all, ReplicasOf(Host.Run($"{cmdlet} {Config}")));
        Assert.Equal(all[2..], ReplicasOf(Host.Run($"{cmdlet} {Config} -Database sec*")));
        Assert.Equal(all[1..2], ReplicasOf(Host.Run($"{cmdlet} {Config} -Database app.db -ReplicaName far")));
        Assert.Equal(["DatabaseNotFound"], Host.Run($"{cmdlet} {Config} -Database other.db").ErrorIds);
        var refused = Host.Run($"{cmdlet} {Config} -ReplicaName far");
        Assert.Equal(all[1..2], ReplicasOf(refused));
        Assert.Equal(["ReplicaNotFound"], refused.ErrorIds);
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void Replicas_are_piped_by_whatever_names_them(string cmdlet)
    {
        string[] all = [Host.Folder["replica"], Host.Folder["far"], Host.Folder["r2"]];

        Assert.Equal(all, ReplicasOf(Host.Run($"Get-LitestreamDatabase {Config} | {cmdlet}")));
        Assert.Equal(all[2..], ReplicasOf(Host.Run($"Get-LitestreamDatabase second.db {Config} | {cmdlet}")));
        Assert.Equal(all[..2], ReplicasOf(Host.Run($"Get-LitestreamDatabase app.db {Config} | ForEach-Object Replicas | {cmdlet}")));
        Assert.Equal(all[2..], ReplicasOf(Host.Run($"'./r2' | {cmdlet}")));
        Assert.Equal(all[2..], ReplicasOf(Host.Run($"[IO.DirectoryInfo]::new($args[0]) | {cmdlet}", Host.Folder["r2"])));
        Assert.Equal(all[2..], ReplicasOf(Host.Run($"Get-LitestreamGeneration ./r2 | {cmdlet}")));
    }

    [Fact]
    public void Drill_compares_with_the_database_of_the_file()
    {
        Assert.All(Host.Run($"Test-LitestreamBackup {Config}").Succeeded(), d => Assert.Equal("Passed", d.Value<string>("Result")));
        Assert.Equal(Second, Assert.Single(Host.Run($"Test-LitestreamBackup {Config} -Database second.db").Succeeded()).Value<string>("DatabasePath"));
        File.Delete(Second);

        var run = Host.Run($"Test-LitestreamBackup {Config} -Database second.db");

        Assert.Null(Assert.Single(run.Succeeded()).Value<string>("DatabasePath"));
        Assert.Contains("is compared with nothing", Assert.Single(run.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Verification_proves_the_end_by_the_metadata_folder_of_the_file() =>
        Assert.All(Host.Run($"Test-LitestreamReplica {Config}").Succeeded(), t => Assert.Equal("Proven", t.Value<string>("EndProof")));

    [Fact]
    public void Restore_makes_what_the_file_names()
    {
        var state = Application.State(Second);
        File.Delete(Second);

        var restored = Assert.Single(Host.Run($"Restore-LitestreamDatabase {Config} -Database second.db").Succeeded());

        Assert.Equal(Second, restored.Value<string>("Destination"));
        Assert.Equal(state, Application.State(Second));
        Assert.Equal(["RestoreTargetExists"], Host.Run($"Restore-LitestreamDatabase {Config} -Database second.db").ErrorIds);
        Host.Run($"Restore-LitestreamDatabase {Config} -Database second.db -Force").Succeeded();
        Host.Run($"Restore-LitestreamDatabase {Config} -Database second.db -Destination ./elsewhere/").Succeeded();
        Assert.Equal(state, Application.State(Host.Folder["elsewhere/second.db"]));
    }

    [Fact]
    public void Restore_takes_one_database_unless_they_are_piped()
    {
        Assert.Equal(["TargetNotUnique"], Host.Run($"Restore-LitestreamDatabase {Config} -Destination ./copies/").ErrorIds);
        Assert.False(Path.Exists(Host.Folder["copies"]));

        Host.Run($"Get-LitestreamDatabase {Config} | Restore-LitestreamDatabase -Destination ./copies/").Succeeded();

        Assert.Equal([Application.State(Database), Application.State(Second)],
            new[] { "copies/app.db", "copies/second.db" }.Select(n => Application.State(Host.Folder[n])));
    }

    [Fact]
    public void Restore_takes_the_replica_that_leads_furthest()
    {
        Assert.Equal(Host.Folder["replica"], Restore("first.db").Value<string>("Replica"));
        Application.Write(Database, commits: 3);
        Host.Run("Sync-LitestreamDatabase ./app.db ./far").Succeeded();

        Assert.Equal(Host.Folder["far"], Restore("far.db").Value<string>("Replica"));
        Assert.Equal(Application.State(Database), Application.State(Host.Folder["far.db"]));
        Assert.Equal(Host.Folder["replica"], Restore("near.db", "-ReplicaName near").Value<string>("Replica"));
    }

    [Fact]
    public void Restore_passes_over_a_replica_that_cannot_be_read()
    {
        Directory.Delete(Host.Folder["replica"], recursive: true);

        var run = Host.Run($"Restore-LitestreamDatabase {Config} -Database app.db -Destination ./copy.db");

        Assert.Equal(Host.Folder["far"], Assert.Single(run.Succeeded()).Value<string>("Replica"));
        Assert.Contains("is passed over", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Directory.Delete(Host.Folder["far"], recursive: true);
        Assert.Equal(["ReplicaNotFound"], Host.Run($"Restore-LitestreamDatabase {Config} -Database app.db -Destination ./other.db").ErrorIds);
    }

    [Theory]
    [InlineData("-Index 0", null)]
    [InlineData("-Timestamp ([datetime]::Now.AddMinutes(5))", null)]
    [InlineData("-Timestamp ([datetime]::Now) -Index 0", "InvalidArgument")]
    [InlineData("-Timestamp ([datetime]::Now.AddYears(-5))", "RestorePointNotFound")]
    public void Restore_goes_to_a_point(string point, string? error) => Assert.Equal(
        error is null ? [] : [error],
        Host.Run($"Restore-LitestreamDatabase {Config} -Database second.db -Destination ./copy.db {point}").ErrorIds);

    [Fact]
    public void Settings_beside_the_file_belong_to_one_replica() =>
        Assert.Equal(["InvalidArgument", "InvalidArgument"], Host.Run($"Get-LitestreamGeneration {Config} -Region eu-west-1").ErrorIds);

    private System.Management.Automation.PSObject Restore(string destination, string more = "") => Assert.Single(
        Host.Run($"Restore-LitestreamDatabase {Config} -Database app.db -Destination ./{destination} {more}").Succeeded());

    private static List<string> ReplicasOf(RunResult run) => run.Output.Count == 0 ? [.. run.Errors.Select(e => e.ToString())] : [.. run.Output.Select(o => $"{o.Properties["Replica"].Value}").Distinct()];
}
