using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Litestream.Processes.Tests.Samples;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace Litestream.Processes.Tests;

/// <summary>Test-LitestreamReplica of a database that is larger than the memory and the disk that it gets.</summary>
public sealed class ReplicaTestLimitsTests(ITestOutputHelper output) : ReplicationTests
{
    private const int MebibytesOfNoise = 620;

    [SkippableFact]
    public void A_large_replica_is_read_inside_400_MB_of_memory_and_1_MB_of_disk()
    {
        Sandbox.SkipWhereImpossible();
        var database = Host.Folder["large.db"];
        Fill(database);
        Host.Run("Sync-LitestreamDatabase ./large.db ./replica -ErrorAction Stop").Succeeded();
        File.Delete(database);

        var result = Sandbox.Run(Host.Folder.Path,
            $"Import-Module {Repository.StagedManifest}; Test-LitestreamReplica {Host.Folder["replica"]} | ForEach-Object {{ $_.Result, $_.BytesRead }}; {Sandbox.SayPeak}; {Sandbox.SayTemp}");

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.StartsWith("Passed\n", result.Output, StringComparison.Ordinal);
        Assert.True(long.Parse(result.Output.Split('\n')[1], System.Globalization.CultureInfo.InvariantCulture) > 600L << 20, result.Output);
        output.WriteLine($"{Sandbox.AssertSmall(result) >> 20} MiB at the peak");
    }

    private static void Fill(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            PRAGMA page_size = 4096; PRAGMA synchronous = off; PRAGMA journal_mode = off;
            CREATE TABLE noise(id INTEGER PRIMARY KEY, data BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MebibytesOfNoise}) INSERT INTO noise(data) SELECT randomblob(1048576) FROM n;
            PRAGMA journal_mode = wal;
            """;
        command.CommandTimeout = 300;
        command.ExecuteNonQuery();
    }
}
