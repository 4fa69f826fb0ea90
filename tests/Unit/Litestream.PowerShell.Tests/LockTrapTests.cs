using Litestream.PowerShell.Tests.Fixtures;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>What a session may do to the database that it replicates, while its application and a checkpointer run elsewhere.</summary>
public sealed class LockTrapTests : ReplicationTests
{
    private const string Hash = "$file = [IO.File]::OpenRead('{0}'); $null = [Security.Cryptography.SHA256]::HashData($file); $file.Dispose()";
    private const string Copy = "'', '-wal', '-shm' | Where-Object {{ [IO.File]::Exists('{0}' + $_) }} | ForEach-Object {{ [IO.File]::Copy('{0}' + $_, '{0}.copy', $true) }}";
    private const string Module = "module";

    [SkippableTheory]
    [InlineData(Hash)]
    [InlineData(Copy)]
    [InlineData(Module)]
    public void The_database_stays_whole_and_nothing_is_missing(string trap)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux only.");
        Host.Run("$job = Start-LitestreamReplication ./app.db ./replica -SyncInterval 200ms").Succeeded();
        WaitUntil("(Get-LitestreamReplication).State -eq 'Running'");
        long confirmed;
        using (var checkpointer = Application.StartCheckpointer(Database))
        using (var writer = Application.StartWriter(Database))
        {
            for (var round = 0; round < 5; round++)
            {
                writer.WaitForCommits(1);
                if (trap == Module) ReadWithAnotherSqlite();
                else Host.Run(string.Format(null, trap, Database)).Succeeded();
            }

            confirmed = writer.End();
        }

        WaitUntil("[bool]($job.Output | Where-Object Kind -eq LocksLost)");
        Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();
        Assert.InRange(confirmed, 1, Application.Verify(Database));
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    /// <summary>As another module would: the SQLite of these tests is another one than that of the engine.</summary>
    private void ReadWithAnotherSqlite()
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False;Default Timeout=10");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM ledger";
        Assert.NotNull(command.ExecuteScalar());
    }
}
