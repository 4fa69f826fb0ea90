using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>What the database and its metadata folder tell of the end of a replica that no orderly stop has noted.</summary>
public sealed class ReplicaSourceTests : ReplicationTests
{
    private string Metadata => Host.Folder[".app.db-litestream-ps"];

    [Theory]
    [InlineData("./replica -Path ./app.db")]
    [InlineData("-ConfigPath ./litestream.yml")]
    public void The_database_alone_proves_the_end_and_is_left_as_it_was(string source)
    {
        Ship();
        Directory.Delete(Metadata, recursive: true);
        var before = Entries();

        var test = Assert.Single(Host.Run($"Test-LitestreamReplica {source}").Succeeded());

        Assert.Equal(("Passed", "Proven"), (test.Value<string>("Result"), test.Value<string>("EndProof")));
        Assert.Equal(before, Entries());
        Assert.Equal("NotProvable", Assert.Single(Host.Run("Test-LitestreamReplica ./replica").Succeeded()).Value<string>("EndProof"));
    }

    [Theory]
    [InlineData("./replica -Path ./app.db", true)]
    [InlineData("-ConfigPath ./litestream.yml", true)]
    [InlineData("./replica -Path ./app.db -SamplePercent 90", false)]
    public void What_the_replica_does_not_hold_is_a_warning(string source, bool isTold)
    {
        Ship();
        Directory.Delete(Metadata, recursive: true);
        LoseEnd();

        var result = Host.Run($"Test-LitestreamReplica {source}");

        var test = Assert.Single(result.Succeeded());
        Assert.Equal(("Passed", "NotProvable"), (test.Value<string>("Result"), test.Value<string>("EndProof")));
        Assert.Equal(isTold ? 1 : 0, result.Warnings.Count);
        if (isTold) Assert.StartsWith($"'{Database}' holds commits that '{Host.Folder["replica"]}' does not", result.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_replication_that_runs_tells_to_where_it_has_shipped()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica -MetadataPath ./elsewhere; Sync-LitestreamDatabase ./app.db").Succeeded();
        Application.Write(Database, commits: 3);

        var result = Host.Run("Test-LitestreamReplica ./replica -Path ./app.db");

        Assert.Empty(result.Warnings);
        Assert.Equal("Proven", Assert.Single(result.Succeeded()).Value<string>("EndProof"));
    }

    [Fact]
    public void A_database_that_is_not_there_or_not_in_WAL_mode_is_no_failure()
    {
        Ship();
        Directory.Delete(Metadata, recursive: true);
        File.Move(Database, Host.Folder["moved.db"]);
        var gone = Host.Run("Test-LitestreamReplica ./replica -Path ./app.db");
        Assert.Equal(("NotProvable", 0), (Assert.Single(gone.Succeeded()).Value<string>("EndProof"), gone.Warnings.Count));
        File.WriteAllText(Database, "no database");

        var result = Host.Run("Test-LitestreamReplica ./replica -Path ./app.db");

        Assert.Equal("NotProvable", Assert.Single(result.Succeeded()).Value<string>("EndProof"));
        Assert.Contains("can't be told", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("./replica -Path ./app.db", true)]
    [InlineData("./replica -Path ./app.db", false)]
    [InlineData("-ConfigPath ./litestream.yml", true)]
    [InlineData("-ConfigPath ./litestream.yml", false)]
    public void A_drill_fails_over_an_end_that_only_the_metadata_folder_knows(string source, bool isDatabaseThere)
    {
        Ship();
        LoseEnd();
        if (!isDatabaseThere) File.Move(Database, Host.Folder["moved.db"]);

        var result = Host.Run($"Test-LitestreamBackup {source}");

        Assert.Equal(["ObjectMissing"], result.ErrorIds);
        Assert.Contains("objects are missing from its end", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal("Failed", Assert.Single(result.Output).Value<string>("Result"));
    }

    private void Ship()
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        for (var i = 0; i < 3; i++)
        {
            Application.Write(Database, commits: 1);
            Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        }

        File.Delete(Host.Folder["replica/litestream-ps.head"]);
        File.WriteAllText(Host.Folder["litestream.yml"], $$"""
            dbs: [{path: '{{Database}}', replicas: [{path: '{{Host.Folder["replica"]}}'}]}]
            """);
    }

    private void LoseEnd() => File.Delete(Directory.GetFiles(Host.Folder["replica"], "*.wal.lz4", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last());

    private List<string> Entries() => [.. Directory.GetFileSystemEntries(Path.GetDirectoryName(Database)!, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
