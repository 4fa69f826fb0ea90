using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
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
}
