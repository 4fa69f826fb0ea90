using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Litestream.Servers;
using Xunit;

namespace Litestream.Processes.Tests;

/// <summary>A process that is told to end in the middle of a restore or a drill leaves nothing half-done.</summary>
public sealed class EndedRestoreTests : ReplicationTests
{
    private const string Settings = "$secret = [securestring]::new(); foreach ($c in 'secret'.ToCharArray()) { $secret.AppendChar($c) }; "
        + "$store = @{ Endpoint = $args[0]; Region = 'us-east-1'; Credential = [pscredential]::new('key', $secret) }; ";

    /// <summary>A restore beside the script that ends the session.</summary>
    private const string Background = "$shell = [powershell]::Create([initialsessionstate]::CreateDefault2()).AddScript('param($manifest, $path, $store) Import-Module $manifest; "
        + "Restore-LitestreamDatabase s3://bucket/app $path @store').AddArgument($args[2]).AddArgument($args[1]).AddArgument($store); "
        + "$null = $shell.BeginInvoke(); $null = [Console]::In.ReadToEnd(); [Environment]::Exit(0)";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private string Work => Host.Folder["work"];

    [SkippableTheory]
    [InlineData("Restore-LitestreamDatabase s3://bucket/app $args[1] @store", false, "TERM")]
    [InlineData("Restore-LitestreamDatabase s3://bucket/app $args[1] @store", false, "HUP")]
    [InlineData("Restore-LitestreamDatabase s3://bucket/app $args[1] @store -Force", true, "TERM")]
    [InlineData("Test-LitestreamBackup s3://bucket/app @store -WorkingDirectory ([IO.Path]::GetDirectoryName($args[1]))", false, "TERM")]
    [InlineData("Test-LitestreamBackup s3://bucket/app @store -WorkingDirectory ([IO.Path]::GetDirectoryName($args[1])) -KeepCopy", false, "TERM")]
    [InlineData(Background, false, null)]
    public async Task Nothing_half_done_is_left(string script, bool isOver, string? signal)
    {
        Skip.If(signal == "HUP" && IsHangupIgnored, "Runs under nohup, and so would the other process");
        await using var store = await StartAsync();
        var former = isOver ? await File.ReadAllBytesAsync(Copy()) : null;
        using var other = OtherProcess.Start(
            "$ErrorActionPreference = 'Stop'; " + Settings + script + "; [Console]::WriteLine('went on')", store.Way.Endpoint.ToString(), Path.Combine(Work, "app.db"), Repository.StagedManifest);
        // its last segment never comes
        WaitFor(() => Temporary.Any(f => new FileInfo(f) is { Exists: true, Length: > 0 }));

        if (signal is not null) other.Signal(signal);
        var (exitCode, output, errors) = other.WaitForEnd();

        Assert.Equal(signal switch { "TERM" => 143, "HUP" => 129, _ => 0 }, exitCode);
        Assert.Equal((string.Empty, string.Empty), (string.Join('\n', output), errors));
        Assert.Equal(isOver ? ["app.db"] : [], Directory.GetFileSystemEntries(Work).Select(Path.GetFileName));
        if (former is not null) Assert.Equal(former, await File.ReadAllBytesAsync(Path.Combine(Work, "app.db")));
    }

    [Fact]
    public void An_assertion_does_not_keep_a_drill_from_deleting_what_it_has_restored()
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        Directory.CreateDirectory(Work);
        using var other = OtherProcess.Start(
            "Test-LitestreamBackup $args[0] -WorkingDirectory $args[1] -Assert { [Console]::WriteLine('asserting'); Start-Sleep 60 }", Host.Folder["replica"], Work);
        other.WaitForLine("asserting");
        Assert.NotEmpty(Directory.GetFileSystemEntries(Work));

        other.Signal("TERM");

        Assert.Equal(143, other.WaitForEnd().ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(Work));
    }

    /// <summary>What a process ignores its children ignore, too.</summary>
    private static bool IsHangupIgnored => OperatingSystem.IsLinux()
        && (Convert.ToUInt64(File.ReadLines("/proc/self/status").Single(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1], 16) & 1) != 0;

    private IEnumerable<string> Temporary => Directory.GetFiles(Work, "*.restore-*", SearchOption.AllDirectories);

    private string Copy()
    {
        var path = Path.Combine(Work, "app.db");
        Application.Create(path);
        return path;
    }

    private async Task<S3Store> StartAsync()
    {
        var store = await S3Store.TryStartAsync();
        Skip.If(store is null, "moto_server is not here");
        for (var syncs = 0; syncs < 2; syncs++)
        {
            Application.Write(Database, commits: 3);
            store.Run(Host, "Sync-LitestreamDatabase ./app.db s3://bucket/app @store").Succeeded();
        }

        store.Way.Decide = request => request.StartsWith("GET", StringComparison.Ordinal) && request.Contains(".wal.lz4", StringComparison.Ordinal) ? Fault.Hang : Fault.None;
        Directory.CreateDirectory(Work);
        return store;
    }

    private static void WaitFor(Func<bool> condition)
    {
        for (var deadline = Environment.TickCount64 + (long)s_limit.TotalMilliseconds; !condition(); Thread.Sleep(20))
            if (Environment.TickCount64 > deadline) Assert.Fail("The restore never began.");
    }
}
