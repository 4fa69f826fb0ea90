using System.Runtime.InteropServices;
using Litestream.PowerShell.Tests.Fixtures;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>What a session may do to the database that it replicates, while its application and a checkpointer run elsewhere.</summary>
public sealed class LockTrapTests : ReplicationTests
{
    private delegate int OpenFunction([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out nint handle, int flags, nint vfs);

    private delegate int CloseFunction(nint handle);

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

        Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();
        // SQLite has descriptors of its own here: nothing that the session does takes its locks
        Assert.Empty(Host.Run("$job.Output | Where-Object Kind -in LocksLost, ContinuityLost").Succeeded());
        Assert.InRange(confirmed, 1, Application.Verify(Database));
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    /// <summary>Hostile review: what an application in this process, with a SQLite of its own, had committed was lost beside a checkpointer, as its locks went with each connection that replications and drills closed.</summary>
    [SkippableFact]
    public void An_application_in_this_process_loses_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux only.");
        using var end = new CancellationTokenSource();
        using (var checkpointer = Application.StartCheckpointer(Database))
        using (var writer = Application.StartWriter(Database))
        {
            var writing = Task.Run(() => WriteWithAnotherSqlite(end.Token));
            for (var round = 0; round < 6; round++)
            {
                Host.Run("$job = Start-LitestreamReplication ./app.db ./replica -SyncInterval 100ms").Succeeded();
                for (var drill = 0; drill < 3; drill++)
                {
                    Host.Run("$null = Sync-LitestreamDatabase ./app.db; $drill = Test-LitestreamBackup ./replica ./app.db").Succeeded();
                    writer.WaitForCommits(1);
                }

                Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();
                Assert.Empty(Host.Run("$job.Output | Where-Object Kind -in LocksLost, ContinuityLost").Succeeded());
            }

            end.Cancel();
            Assert.InRange(writing.GetAwaiter().GetResult(), 20, int.MaxValue);
            Assert.Equal(writing.Result, CountNotes());
            writer.End();
        }

        Application.Verify(Database);
        Host.Run("$null = Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    /// <summary>Hostile review: the loader gives the module's copy of SQLite to whoever asks for the library by its bare name. Its list of files is one, with numbers that are other files for them.</summary>
    [SkippableFact]
    public void Nobody_else_opens_a_file_by_the_copy_of_the_module()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux only.");
        Host.Run("$null = Start-LitestreamReplication ./app.db ./replica; $null = Sync-LitestreamDatabase ./app.db").Succeeded();
        var path = File.ReadLines("/proc/self/maps").First(l => l.Contains("/lib/runtimes/", StringComparison.Ordinal) && l.Contains("e_sqlite3", StringComparison.Ordinal));
        var library = NativeLibrary.Load(path[path.IndexOf('/', StringComparison.Ordinal)..]);
        Assert.Equal(raw.SQLITE_CANTOPEN, Open(library, Database));
        Assert.Equal(raw.SQLITE_CANTOPEN, Open(library, Host.Folder["other.db"]));
        Assert.Equal(raw.SQLITE_OK, Open(library, ":memory:"));
        Application.Write(Database, 1);
        Host.Run("$null = Sync-LitestreamDatabase ./app.db; $drill = Test-LitestreamBackup ./replica ./app.db").Succeeded();
        Assert.Equal("Passed", Host.Run("\"$($drill.Result)\"").Succeeded().Single().BaseObject);
    }

    /// <summary>Hostile review: the gate that keeps others out denied SQLite the look for a folder for its temporary files.</summary>
    [Fact]
    public void A_drill_sorts_more_than_fits_in_memory()
    {
        Host.Run("$null = Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        const string Sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT count(DISTINCT hex(randomblob(500)) || i) > 0 FROM n";
        Host.Run("$drill = Test-LitestreamBackup ./replica -AssertSql $args[0]", Sql).Succeeded();
        Assert.Equal("Passed", Host.Run("\"$($drill.Result) $($drill.Assertion.Message)\".Trim()").Succeeded().Single().BaseObject);
    }

    private static int Open(nint library, string path)
    {
        const int ReadWriteCreate = 6;
        var code = Marshal.GetDelegateForFunctionPointer<OpenFunction>(NativeLibrary.GetExport(library, "sqlite3_open_v2"))(path, out var handle, ReadWriteCreate, 0);
        _ = Marshal.GetDelegateForFunctionPointer<CloseFunction>(NativeLibrary.GetExport(library, "sqlite3_close"))(handle);
        return code;
    }

    private int WriteWithAnotherSqlite(CancellationToken end)
    {
        Execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text)");
        var count = 0;
        for (; !end.IsCancellationRequested; count++) Execute("INSERT INTO note(text) VALUES (hex(randomblob(300)))");
        return count;
    }

    private long CountNotes() => (long)Execute("SELECT count(*) FROM note")!;

    /// <summary>As another module would: the SQLite of these tests is another one than that of the engine.</summary>
    private void ReadWithAnotherSqlite() => Assert.NotNull(Execute("SELECT count(*) FROM ledger"));

    private object? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False;Default Timeout=20");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
