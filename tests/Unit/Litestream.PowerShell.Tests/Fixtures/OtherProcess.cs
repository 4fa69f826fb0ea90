using System.Diagnostics;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>Another process that has the module, and runs a script in it.</summary>
internal sealed class OtherProcess : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static readonly string s_program = Path.Combine(
        Repository.Root, "tests", "Console", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "Console.dll");

    private readonly Process _process;
    private readonly Task<string> _errors;

    private OtherProcess(string script, params string[] arguments)
        : this(new ProcessStartInfo("dotnet", [s_program, Repository.StagedManifest, script, .. arguments]))
    {
    }

    private OtherProcess(ProcessStartInfo start)
    {
        _process = Process.Start(new ProcessStartInfo(start.FileName, start.ArgumentList)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Starts a script, whose $args are the arguments.</summary>
    public static OtherProcess Start(string script, params string[] arguments) => new(script, arguments);

    /// <summary>Replicates until it is stopped.</summary>
    public static OtherProcess Replicate(string database, string replica)
    {
        var process = Start("Start-LitestreamReplication $args[0] $args[1] -Wait | ForEach-Object { $_.Kind }", database, replica);
        process.WaitForLine("SnapshotShipped");
        return process;
    }

    /// <summary>Runs a script to its end.</summary>
    public static (int ExitCode, IReadOnlyList<string> Output, string Errors) Run(string script, params string[] arguments)
    {
        using var process = Start(script, arguments);
        return process.WaitForEnd();
    }

    /// <summary>Runs a script to its end, in a process whose new files are open to everybody unless something else is said.</summary>
    public static (int ExitCode, IReadOnlyList<string> Output, string Errors) RunWithoutUmask(string script, params string[] arguments)
    {
        using var process = new OtherProcess(
            new ProcessStartInfo("sh", ["-c", "umask 0; exec dotnet \"$@\"", "sh", s_program, Repository.StagedManifest, script, .. arguments]));
        return process.WaitForEnd();
    }

    /// <summary>Returns when the script has written such a line.</summary>
    public void WaitForLine(string text)
    {
        var reading = Task.Run(() =>
        {
            while (_process.StandardOutput.ReadLine() is { } line)
                if (line == text) return true;
            return false;
        });
        Assert.True(reading.Wait(s_limit), $"never said {text}");
        Assert.True(reading.Result, $"ended before it said {text}: {(_errors.IsCompleted ? _errors.Result : string.Empty)}");
    }

    /// <summary>Lets the script's [Console]::In end, and waits.</summary>
    public (int ExitCode, IReadOnlyList<string> Output, string Errors) WaitForEnd()
    {
        _process.StandardInput.Close();
        var output = _process.StandardOutput.ReadToEndAsync();
        Assert.True(_process.WaitForExit(s_limit), "never ended");
        return (_process.ExitCode, output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), _errors.Result);
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Sends a signal, by its name.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{Id}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
