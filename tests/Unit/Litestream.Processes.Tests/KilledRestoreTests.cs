using System.Globalization;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Litestream.Processes.Tests;

/// <summary>kill -9 in the middle of replacing restores and undos.</summary>
[Collection("replications")]
public sealed class KilledRestoreTests : IDisposable
{
    private const int MostMilliseconds = 400;
    private const string Script =
        """
        while ($true) {
            $result = Restore-LitestreamDatabase $args[0] $args[1] -Force
            $null = $result | Undo-LitestreamRestore
            $null = Restore-LitestreamDatabase $args[0] $args[1] -Force -NoSafetyCopy -Generation $args[2]
            [Console]::WriteLine('round')
        }
        """;

    /// <summary>LITESTREAM_TEST_KILLS has more for the long form.</summary>
    private static readonly int s_kills = int.Parse(Environment.GetEnvironmentVariable("LITESTREAM_TEST_KILLS") ?? "5", CultureInfo.InvariantCulture);

    private readonly ModuleHost _host = new();

    private string Database => _host.Folder["data/app.db"];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Whatever_is_killed_leaves_a_whole_database_and_the_next_restore_works()
    {
        NotesReplica.CopyTo(_host.Folder["replica"]);
        _host.Run($"Restore-LitestreamDatabase ./replica ./data/app.db -Generation {NotesReplica.Earlier}; Restore-LitestreamDatabase ./replica ./latest.db").Succeeded();
        string[] states = [NotesReplica.Read(Database), NotesReplica.Read(_host.Folder["latest.db"])];
        Assert.NotEqual(states[0], states[1]);

        for (var kill = 0; kill < s_kills; kill++)
        {
            using (var process = OtherProcess.Start(Script, _host.Folder["replica"], Database, NotesReplica.Earlier))
            {
                process.WaitForLine("round");
                Thread.Sleep(Random.Shared.Next(MostMilliseconds));
                process.Kill();
            }

            Assert.DoesNotContain(Files("-wal").Concat(Files("-journal")), f => new FileInfo(f).Length > 0);
            Assert.Contains(ReadWhole(Database), states);
            // all that may have been the database, and could be needed
            foreach (var kept in Files(".before-restore").Concat(Files(".undone")).Where(f => !f.EndsWith("-wal", StringComparison.Ordinal) && !f.EndsWith("-shm", StringComparison.Ordinal)))
                Assert.Contains(ReadWhole(kept), states);

            _host.Run("Restore-LitestreamDatabase ./replica ./data/app.db -Force").Succeeded();
            Assert.Equal(states[1], ReadWhole(Database));
            Assert.Empty(Files(".restore-"));
            foreach (var file in Files(".")) File.Delete(file);
        }
    }

    private IEnumerable<string> Files(string suffix) =>
        Directory.GetFiles(Path.GetDirectoryName(Database)!).Where(f => f.StartsWith(Database + suffix, StringComparison.Ordinal));

    private static string ReadWhole(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
        return NotesReplica.Read(path);
    }
}
