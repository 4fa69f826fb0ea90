using Litestream.PowerShell.Tests.Fixtures;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class CompletionTests : ReplicationTests
{
    private const string Earlier = NotesReplica.Earlier;
    private const string Later = NotesReplica.Later;

    public CompletionTests()
    {
        NotesReplica.CopyTo(Host.Folder["notes"]);
        File.WriteAllText(Host.Folder["litestream.yml"], """
            dbs:
              - path: app.db
                replicas: [{ path: replica }]
              - path: two words/shop.db
                replicas: [{ path: r2 }, { url: "s3://bucket/shop" }]
              - path: other/app.db
                replicas: [{ path: r3 }]
            """);
    }

    [Theory]
    [InlineData("Get-LitestreamSnapshot ./notes ", new[] { Later, Earlier })]
    [InlineData("Get-LitestreamWalSegment ./notes 08", new[] { Later })]
    [InlineData("Get-LitestreamWalSegment ./notes '08", new[] { $"'{Later}'" })]
    [InlineData("Get-LitestreamGeneration -Replica (\"./notes\") -Generation 0B", new[] { Earlier })]
    [InlineData("Restore-LitestreamDatabase ./notes x.db -Generation ", new[] { Later, Earlier })]
    [InlineData("Remove-LitestreamGeneration ./notes ", new[] { Later, Earlier })]
    [InlineData("Test-LitestreamBackup ./notes -Generation 0b", new[] { Earlier })]
    [InlineData("Test-LitestreamReplica ./notes -Generation 0b", new[] { Earlier })]
    public void Generations_of_a_folder_are_offered_the_newest_first(string typed, string[] expected) => Assert.Equal(expected, Complete(typed));

    [Theory]
    [InlineData($"Restore-LitestreamDatabase ./notes x.db -Generation {Earlier} -Index ", new[] { "0" })]
    [InlineData($"Test-LitestreamBackup ./notes -Generation {Earlier} -Index ", new[] { "0" })]
    [InlineData($"Get-LitestreamWalSegment ./notes -Generation {Earlier} -Index ", new[] { "0" })]
    [InlineData("Restore-LitestreamDatabase ./notes x.db -Index ", new string[0])]
    public void Indexes_are_offered_where_the_generation_is_known(string typed, string[] expected) => Assert.Equal(expected, Complete(typed));

    [Fact]
    public void Indexes_come_newest_first_of_an_only_generation()
    {
        var folder = Host.Folder["one/generations/0123456789abcdef"];
        Directory.CreateDirectory(Path.Combine(folder, "snapshots"));
        Directory.CreateDirectory(Path.Combine(folder, "wal"));
        foreach (var name in new[] { "snapshots/00000002.snapshot.lz4", "wal/00000002_00000000.wal.lz4", "wal/0000000a_00000000.wal.lz4", "wal/0000000a_00001000.wal.lz4" })
            File.WriteAllText(Path.Combine(folder, name), "");

        Assert.Equal(["10", "2"], Complete("Restore-LitestreamDatabase ./one x.db -Index "));
    }

    [Theory]
    [InlineData("Get-LitestreamDatabase -ConfigPath ./litestream.yml -Database sh", new[] { "shop.db" })]
    [InlineData("Get-LitestreamReplication -ConfigPath litestream.yml -Database sh", new[] { "shop.db" })]
    [InlineData("Start-LitestreamReplication -ConfigPath ./litestream.yml -Database sh", new[] { "shop.db" })]
    [InlineData("Stop-LitestreamReplication -ConfigPath ./litestream.yml -Database sh", new[] { "shop.db" })]
    [InlineData("Sync-LitestreamDatabase -ConfigPath ./litestream.yml -Database sh", new[] { "shop.db" })]
    [InlineData("Restore-LitestreamDatabase -ConfigPath ./litestream.yml -Database shop.db -ReplicaName ", new[] { "file", "s3" })]
    [InlineData("Test-LitestreamBackup -ConfigPath ./litestream.yml -ReplicaName s", new[] { "s3" })]
    public void Databases_of_a_configuration_are_offered(string typed, string[] expected) => Assert.Equal(expected, Complete(typed));

    [Theory]
    [InlineData("Get-LitestreamGeneration -ConfigPath ./notes.yml -Generation ", new[] { Later, Earlier })]
    [InlineData("Get-LitestreamSnapshot -ConfigPath ./notes.yml -Database notes.db -Generation 0b", new[] { Earlier })]
    [InlineData("Get-LitestreamWalSegment -ConfigPath ./notes.yml -Database n*.db -Generation ", new[] { Later, Earlier })]
    [InlineData("Get-LitestreamRestorePoint -ConfigPath ./notes.yml -ReplicaName files -Generation ", new[] { Later, Earlier })]
    [InlineData("Test-LitestreamReplica -ConfigPath ./notes.yml -Database ./notes.db, other.db -Generation ", new[] { Later, Earlier })]
    [InlineData("Test-LitestreamBackup -ConfigPath ./notes.yml -Generation ", new[] { Later, Earlier })]
    [InlineData("Restore-LitestreamDatabase -ConfigPath ./notes.yml -Database notes.db -Generation ", new[] { Later, Earlier })]
    [InlineData("Restore-LitestreamDatabase -ConfigPath ./notes.yml -Database fleet/a.db -Generation ", new[] { Later })]
    [InlineData("Get-LitestreamGeneration -ConfigPath ./notes.yml -Database other.db -Generation ", new string[0])]
    [InlineData("Get-LitestreamGeneration -ConfigPath ./notes.yml -ReplicaName s3 -Generation ", new string[0])]
    [InlineData("Get-LitestreamGeneration -ConfigPath ./nowhere.yml -Generation ", new string[0])]
    [InlineData($"Restore-LitestreamDatabase -ConfigPath ./notes.yml -Database notes.db -Generation {Earlier} -Index ", new[] { "0" })]
    [InlineData($"Test-LitestreamBackup -ConfigPath ./notes.yml -Generation {Earlier} -Index ", new[] { "0" })]
    [InlineData($"Get-LitestreamWalSegment -ConfigPath ./notes.yml -Generation {Earlier} -Index ", new[] { "0" })]
    [InlineData("Get-LitestreamWalSegment -ConfigPath ./notes.yml -Database fleet/a.db -Index ", new[] { "0" })]
    [InlineData("Get-LitestreamWalSegment -ConfigPath ./notes.yml -Database notes.db -Index ", new string[0])]
    [InlineData("Get-LitestreamWalSegment -ConfigPath ./notes.yml -Database fleet/a.db -ReplicaName ", new[] { "fleet" })]
    [InlineData("Test-LitestreamEnvironment -ConfigPath ./notes.yml -Database no*, other.db -ReplicaName ", new[] { "files", "s3", "file" })]
    [InlineData("Get-LitestreamDatabase -ConfigPath ./notes.yml a", new[] { "a.db" })]
    [InlineData("Get-LitestreamDatabase -ConfigPath ./notes.yml -Database notes.db, ot", new[] { "other.db" })]
    public void What_a_configuration_names_is_looked_into(string typed, string[] expected)
    {
        File.WriteAllText(Host.Folder["notes.yml"], """
            dbs:
              - path: notes.db
                replicas: [{ name: files, path: notes }, { name: s3, url: "s3://bucket/notes" }]
              - path: other.db
                replicas: [{ path: nothing }]
              - dir: fleet
                pattern: "*.db"
                replicas: [{ name: fleet, path: far }]
            """);
        Directory.CreateDirectory(Host.Folder["fleet"]);
        File.WriteAllText(Host.Folder["fleet/a.db"], "");
        NotesReplica.CopyTo(Host.Folder["far/a.db"]);
        Directory.Delete(Host.Folder[$"far/a.db/generations/{Earlier}"], recursive: true);

        Assert.Equal(expected, Complete(typed));
    }

    [Fact]
    public void Of_a_replica_in_a_store_the_generation_is_offered_that_the_database_is_in()
    {
        File.WriteAllText(Host.Folder["s3.yml"], "dbs:\n  - path: app.db\n    replicas: [{ url: 's3://bucket/app', endpoint: 'http://127.0.0.1:9' }]");
        var generation = Host.Run("Sync-LitestreamDatabase ./app.db ./replica; (Get-LitestreamGeneration ./replica).Generation").Succeeded()[^1].BaseObject;

        Assert.Equal([generation], Complete("Restore-LitestreamDatabase -ConfigPath ./s3.yml -Generation "));
    }

    [Fact]
    public void Databases_of_one_name_are_told_apart_by_their_paths() =>
        Assert.Equal([Database, Host.Folder["other/app.db"], "shop.db"], Complete("Get-LitestreamDatabase -ConfigPath ./litestream.yml -Database "));

    [Theory]
    [InlineData("Get-LitestreamReplication ")]
    [InlineData("Get-LitestreamReplication -LiteralPath ")]
    [InlineData("Stop-LitestreamReplication ap")]
    [InlineData("Sync-LitestreamDatabase -Path APP")]
    public void Running_replications_are_offered_by_path_or_name(string typed)
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica").Succeeded();

        // each try has a limit, which a machine that does much else may reach
        IEnumerable<string> offered = [];
        for (var i = 0; i < 10 && !offered.Any(); i++) offered = Complete(typed);
        Assert.Equal([Database], offered);
    }

    [Fact]
    public void What_needs_quotes_gets_them()
    {
        var database = Host.Folder["it's $5 [1].db"];
        Application.Create(database);
        Host.Run("Start-LitestreamReplication -LiteralPath $args[0] -Replica ./replica", database).Succeeded();

        var literal = Assert.Single(Complete("Stop-LitestreamReplication -LiteralPath "));
        Assert.Equal($"'{database.Replace("'", "''", StringComparison.Ordinal)}'", literal);
        var path = Assert.Single(Complete("Stop-LitestreamReplication "));
        Host.Run($"Stop-LitestreamReplication {path}").Succeeded();
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Theory]
    [InlineData("Get-LitestreamSnapshot s3://bucket/app ")]
    [InlineData("Get-LitestreamSnapshot file:///notes ")]
    [InlineData("Get-LitestreamSnapshot ./nowhere ")]
    [InlineData("Get-LitestreamSnapshot nodrive:/x ")]
    [InlineData("Get-LitestreamSnapshot ./notes, ./notes ")]
    [InlineData("Get-LitestreamSnapshot $unknown ")]
    [InlineData("Get-LitestreamDatabase -ConfigPath ./nowhere.yml -Database ")]
    [InlineData("Get-LitestreamDatabase -ConfigPath ./broken.yml -Database ")]
    public void Nothing_is_offered_and_nothing_thrown_where_nothing_can_be_known(string typed)
    {
        File.WriteAllText(Host.Folder["broken.yml"], "dbs:\n  - pat: x");

        Assert.Empty(Complete(typed));
    }

    /// <summary>The completions that are ours: PowerShell offers files where there are none.</summary>
    private IEnumerable<string> Complete(string typed) => Host.Run("""
        [System.Management.Automation.CommandCompletion]::CompleteInput($args[0], $args[0].Length, $null).CompletionMatches |
            Where-Object ResultType -eq ParameterValue | ForEach-Object CompletionText
        """, typed).Succeeded().Select(t => (string)t.BaseObject);
}
