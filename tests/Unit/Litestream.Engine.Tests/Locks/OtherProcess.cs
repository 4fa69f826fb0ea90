using System.Diagnostics;
using Xunit;

namespace Litestream.Engine.Tests.Locks;

/// <summary>A client of tests/Workload: an application in a process of its own.</summary>
internal sealed class OtherProcess : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Task<string> _output;

    private OtherProcess(string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [Program(), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Runs a client that ends by itself.</summary>
    public static string Run(params string[] arguments)
    {
        using var process = new OtherProcess(arguments);
        return process.End();
    }

    /// <summary>Starts a client that works until it is ended.</summary>
    public static OtherProcess Start(params string[] arguments) => new(arguments);

    /// <summary>Lets it end in good order, and gives what it wrote.</summary>
    public string End()
    {
        _process.StandardInput.Close();
        Assert.True(_process.WaitForExit(s_limit), "the other process did not end");
        Assert.Equal(0, _process.ExitCode);
        return _output.Result;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static string Program()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Litestream.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "Workload", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "Workload.dll");
    }
}
