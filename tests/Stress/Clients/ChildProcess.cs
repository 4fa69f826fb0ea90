using System.Diagnostics;

namespace Litestream.Stress.Clients;

/// <summary>Starts programs and waits for them.</summary>
internal static class ChildProcess
{
    /// <summary>Starts a program with its streams in our hands.</summary>
    public static Process Start(string fileName, IEnumerable<string> arguments, string? workingDirectory = null) =>
        Process.Start(new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        }) ?? throw new RunFailedException($"{fileName} did not start.");

    /// <summary>Starts a program of ours, that lies beside this one.</summary>
    public static Process StartOwn(string assembly, IEnumerable<string> arguments) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments]);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote to its standard output and error.</returns>
    /// <exception cref="RunFailedException">Its exit code is not 0.</exception>
    public static async Task<string> RunAsync(string fileName, IEnumerable<string> arguments, string? workingDirectory = null)
    {
        using var process = Start(fileName, arguments, workingDirectory);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var text = await output + await errors;
        return process.ExitCode == 0
            ? text
            : throw new RunFailedException(
                $"{Path.GetFileName(fileName)} {string.Join(' ', arguments)} ended with {process.ExitCode}: {text.Trim()}");
    }
}
