using System.Diagnostics;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Profiles;

/// <summary>Samples of the stacks of a program's run, taken by perf (Debian package linux-perf).</summary>
/// <param name="path">Where perf keeps them.</param>
internal sealed class Recording(string path)
{
    private const int SamplesASecond = 999;

    /// <summary>The same program, watched. Its runtime tells perf the names of what it compiles, and compiles into memory where perf looks for them.</summary>
    public Command Watch(Command command) => new("env",
        ["DOTNET_PerfMapEnabled=1", "DOTNET_EnableWriteXorExecute=0", "perf", "record", "--quiet", "-F", $"{SamplesASecond}", "-g", "-o", path, "--", command.Program, .. command.Arguments]);

    /// <summary>Its stacks, when it has ended.</summary>
    public async Task<StackNode> ReadAsync()
    {
        using var perf = Process.Start(new ProcessStartInfo("perf", ["script", "-i", path, "-F", "comm,ip,sym,dso"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = perf.StandardError.ReadToEndAsync();
        var output = await perf.StandardOutput.ReadToEndAsync();
        await perf.WaitForExitAsync();
        return perf.ExitCode == 0 ? PerfScript.Read(output.Split('\n')) : throw new InvalidOperationException($"perf script ended with {perf.ExitCode}: {await errors}");
    }
}
