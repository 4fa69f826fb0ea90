using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class ProgressTests(ModuleHost host) : IClassFixture<ModuleHost>
{
    private const long MB = 1 << 20;

    [SkippableTheory]
    [InlineData("Test-LitestreamReplica ./replica")]
    [InlineData("Get-LitestreamRestorePoint ./replica -Verify")]
    public void Reading_a_folder_that_is_slow_shows_progress_and_can_be_stopped(string script)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "A file that is not there yet is a named pipe of Linux.");
        using var own = new ModuleHost();
        NotesReplica.CopyTo(own.Folder["replica"]);
        var slow = own.Folder[$"replica/generations/{NotesReplica.Later}/wal/00000000_00000238.wal.lz4"];
        File.Delete(slow);
        Process.Start("mkfifo", [slow]).WaitForExit();
        using var shell = own.Create(script);
        var run = shell.BeginInvoke();

        for (var deadline = Environment.TickCount64 + 60_000; !IsRead(); Thread.Sleep(20))
            if (Environment.TickCount64 > deadline) Assert.Fail("Shows no reading.");

        using (File.Open(slow, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) shell.BeginStop(null, null);
        Assert.True(run.AsyncWaitHandle.WaitOne(TimeSpan.FromMinutes(1)));
        bool IsRead() => shell.Streams.Progress.ToList().Exists(p => p.Activity.StartsWith("Reading generation", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Restore-LitestreamDatabase ./replica ./restored.db -FullCheck")]
    [InlineData("Test-LitestreamBackup ./replica")]
    public void The_check_of_a_restored_database_shows_how_much_of_it_is_done(string script)
    {
        using var own = new ModuleHost();
        MakeSlowToCheck(own.Folder["app.db"]);
        Replicate(own.Folder);

        var result = own.Run(script);

        result.Succeeded();
        var shown = result.Progress.Where(p => p.StatusDescription.StartsWith("Checking the database", StringComparison.Ordinal)).Select(p => p.PercentComplete).ToList();
        Assert.Equal(shown.Order(), shown);
        Assert.Contains(shown, p => p is > 0 and < 100);
        Assert.All(shown, p => Assert.InRange(p, -1, 99));
    }

    [Theory]
    [InlineData(0.424, 7.2, 42, 8)]
    [InlineData(0.99, null, 99, -1)]
    [InlineData(null, null, -1, -1)]
    public void Share_and_time_left_of_a_check_are_told(double? share, double? seconds, int percent, int left)
    {
        host.UseEngine();
        var check = New(ModuleAssemblies.Engine, "Litestream.Engine.Restore.CheckProgress", 3000L, share, seconds is null ? null : TimeSpan.FromSeconds(seconds.Value));
        var progress = ModuleAssemblies.Engine.GetType("Litestream.Engine.Restore.RestoreProgress", throwOnError: true)!
            .GetMethod("Of", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [check, 4096]);
        var view = New(ModuleAssemblies.Cmdlets, "Litestream.PowerShell.Restoring.RestoreProgressView", "app.db", 1, null);
        view.GetType().GetMethod("Report")!.Invoke(view, [progress]);
        ProgressRecord? record = null;
        view.GetType().GetMethod("Show")!.Invoke(view, [(Action<ProgressRecord>)(r => record = r)]);

        Assert.Equal((percent, left), (record!.PercentComplete, record.SecondsRemaining));
        Assert.EndsWith(", 11.7 MB", record.StatusDescription, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_of_the_live_database_is_told()
    {
        host.UseEngine();
        var live = Enum.Parse(ModuleAssemblies.Engine.GetType("Litestream.Engine.Restore.RestorePhase", throwOnError: true)!, "Live");
        var progress = New(ModuleAssemblies.Engine, "Litestream.Engine.Restore.RestoreProgress", live, 50 * MB, 100 * MB);
        var view = New(ModuleAssemblies.Cmdlets, "Litestream.PowerShell.Restoring.RestoreProgressView", "app.db", 1, null);
        view.GetType().GetMethod("Report")!.Invoke(view, [progress]);
        ProgressRecord? record = null;
        view.GetType().GetMethod("Show")!.Invoke(view, [(Action<ProgressRecord>)(r => record = r)]);

        Assert.Equal(("Reading the live database, 50.0 MB of 100 MB", 50), (record!.StatusDescription, record.PercentComplete));
    }

    [Fact]
    public void What_an_assertion_reads_is_told_as_that()
    {
        using var own = new ModuleHost();
        MakeSlowToCheck(own.Folder["app.db"]);
        Replicate(own.Folder);

        var result = own.Run("Test-LitestreamBackup ./replica -AssertSql 'SELECT sum(length(x.b)) FROM (VALUES (1), (2), (3), (4)) CROSS JOIN t x CROSS JOIN t y ON y.b = x.b'");

        result.Succeeded();
        var shown = result.Progress.Where(p => p.StatusDescription.StartsWith("Asking the assertion, ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(shown);
        Assert.All(shown, p => Assert.Equal(-1, p.PercentComplete));
    }

    [Theory]
    [InlineData("Applying", 50 * MB, 100 * MB, 10_000, "Applying, 50.0 MB of 100 MB, 5.00 MB/s", 50, 10)]
    [InlineData("", 50 * MB, 100 * MB, 500, "50.0 MB of 100 MB", 50, -1)]
    [InlineData("", 0, 100 * MB, 60_000, "0 B of 100 MB", 0, -1)]
    [InlineData("", 110 * MB, 100 * MB, 10_000, "110 MB of 100 MB, 11.0 MB/s", 100, -1)]
    [InlineData("", 10 * MB, 0, 10_000, "10.0 MB, 1.00 MB/s", -1, -1)]
    public void Bytes_rate_and_time_left_are_told(string step, long done, long total, int milliseconds, string status, int percent, int left)
    {
        host.UseEngine();
        var create = ModuleAssemblies.Cmdlets.GetType("Litestream.PowerShell.Internal.TransferProgress", throwOnError: true)!
            .GetMethod("ToRecord", BindingFlags.Static | BindingFlags.Public)!;
        var former = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new("de-DE");

        var record = (ProgressRecord)create.Invoke(null, [1, "title", step, done, total, TimeSpan.FromMilliseconds(milliseconds)])!;

        CultureInfo.CurrentCulture = former;
        Assert.Equal((status, percent, left), (record.StatusDescription, record.PercentComplete, record.SecondsRemaining));
    }

    private static object New(Assembly assembly, string type, params object?[] arguments) =>
        Activator.CreateInstance(assembly.GetType(type, throwOnError: true)!, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, arguments, null)!;

    /// <summary>In another process, and unseen: the tests beside this one look at all replications that they see.</summary>
    private static void Replicate(TemporaryFolder folder)
    {
        var (exitCode, _, errors) = OtherProcess.Run("$env:LITESTREAM_RUN_FOLDER = $args[2]; Sync-LitestreamDatabase $args[0] $args[1] -ErrorAction Stop",
            folder["app.db"], folder["replica"], folder["run"]);
        Assert.True(exitCode == 0, errors);
    }

    /// <summary>Rows in another order than their indexes, which SQLite looks up one by one.</summary>
    private static void MakeSlowToCheck(string path)
    {
        using var application = new SqliteConnection($"Data Source={path};Pooling=False");
        application.Open();
        using var command = application.CreateCommand();
        command.CommandText = """
            PRAGMA journal_mode = wal; PRAGMA synchronous = off; CREATE TABLE t(a, b); CREATE INDEX i ON t(a); CREATE INDEX j ON t(b);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) INSERT INTO t SELECT randomblob(16), randomblob(16) FROM n
            """;
        command.ExecuteNonQuery();
    }
}
