using System.Diagnostics;

namespace Litestream.Engine.Tests.Locks;

/// <summary>Another process that has a file open for writing and holds no lock on it: an application that has copied its own database.</summary>
internal sealed class FileHolder : IDisposable
{
    private readonly Process _process;

    /// <summary>Opens it.</summary>
    /// <param name="path">The file.</param>
    public FileHolder(string path)
    {
        _process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 3<>\"$0\"; echo; read end", path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _process.StandardOutput.ReadLine();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
