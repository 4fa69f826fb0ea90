using System.Globalization;
using Litestream.Servers;

namespace Litestream.Bench.Machine;

/// <summary>A fresh PowerShell: pwsh where it is installed, or else the host that tests use in its place.</summary>
internal static class PowerShellProcess
{
    private static readonly string s_program = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(f => Path.Combine(f, "pwsh"))
        .FirstOrDefault(File.Exists, BuiltPath("tests/Pwsh", "net10.0", "Pwsh"));

    /// <summary>The file of a project that was built with this program.</summary>
    public static string BuiltPath(string project, string framework, string file) => Path.Combine(
        RepositoryFolder.Path, project, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, framework, file);

    /// <summary>How long a new session takes to import a module, in milliseconds: the import alone.</summary>
    public static async Task<double> ImportAsync(string module)
    {
        var script = $"$watch = [System.Diagnostics.Stopwatch]::StartNew(); Import-Module '{module}' -ErrorAction Stop; "
            + "$watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)";
        var usage = await MeasuredProcess.RunAsync(new(s_program, "-NoProfile", "-NonInteractive", "-Command", script));
        return double.Parse(usage.Output.Trim(), CultureInfo.InvariantCulture);
    }
}
