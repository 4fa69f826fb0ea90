using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

/// <summary>A command line that runs as a supervisor runs it, through a shell that it replaces, with a stand-in for pwsh.</summary>
internal sealed class SampleProcess : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private static readonly Lazy<string> s_pwsh = new(WritePwsh);

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly Task<string> _errors;

    private SampleProcess(string line, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"exec {line}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PSModulePath"] = Path.GetDirectoryName(Repository.StagedFolder);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, received) =>
        {
            if (received.Data is null) _lines.CompleteAdding();
            else _lines.Add(received.Data);
        };
        _process.BeginOutputReadLine();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>A program that takes pwsh's arguments; a path without blanks.</summary>
    public static string Pwsh => s_pwsh.Value;

    public int Id => _process.Id;

    public static SampleProcess Start(string line, params (string Name, string Value)[] environment)
    {
        Skip.If(OperatingSystem.IsWindows(), "A shell and signals");
        return new(line, environment);
    }

    /// <summary>Runs to the end.</summary>
    public static SampleResult Run(string line, params (string Name, string Value)[] environment)
    {
        using var process = Start(line, environment);
        return process.WaitForEnd();
    }

    /// <summary>Whether programs are on the path.</summary>
    public static bool Has(params string[] programs) => !OperatingSystem.IsWindows() && programs.All(p =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, p))));

    /// <summary>Whether this machine lets these tests do something: being root is not enough in a container.</summary>
    public static bool Can(string line) => !OperatingSystem.IsWindows() && Run(line).ExitCode == 0;

    /// <summary>Returns when a line with such a text was written.</summary>
    public void WaitForLine(string text)
    {
        while (_lines.TryTake(out var line, s_limit))
            if (line.Contains(text, StringComparison.Ordinal)) return;
        Assert.Fail($"never said {text}: {(_errors.IsCompleted ? _errors.Result : "still running")}");
    }

    /// <summary>Sends SIGTERM to this process, or to another one.</summary>
    public void Terminate(int? id = null)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{id ?? Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Its only child.</summary>
    public int Child()
    {
        for (var deadline = Environment.TickCount64 + (long)s_limit.TotalMilliseconds; Environment.TickCount64 < deadline; Thread.Sleep(20))
            if (File.ReadAllText($"/proc/{Id}/task/{Id}/children").Split(' ') is [{ Length: > 0 } child, ..]) return int.Parse(child, CultureInfo.InvariantCulture);
        throw new TimeoutException("never had a child");
    }

    public SampleResult WaitForEnd()
    {
        Assert.True(_process.WaitForExit(s_limit), "never ended");
        return new(_process.ExitCode, string.Join('\n', _lines.GetConsumingEnumerable()), _errors.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _lines.Dispose();
    }

    private static string WritePwsh()
    {
        var program = Path.Combine(
            Repository.Root, "tests", "Pwsh", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "Pwsh.dll");
        var folder = Directory.CreateTempSubdirectory("lsps-pwsh-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var script = Path.Combine(folder, "pwsh");
        File.WriteAllText(script, $"#!/bin/sh\nexec dotnet '{program}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }
}
