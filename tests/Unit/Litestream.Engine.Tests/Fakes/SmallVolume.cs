using System.Diagnostics;
using Xunit;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>A real volume of 1 MiB, to be full, read-only or gone. Needs the right to mount.</summary>
internal sealed class SmallVolume : IDisposable
{
    /// <param name="path">The folder to mount it on.</param>
    public SmallVolume(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Mounts it, or skips the test.</summary>
    /// <param name="limit">Its size, as an option of tmpfs.</param>
    public void Mount(string limit = "size=1m") =>
        Skip.IfNot(OperatingSystem.IsLinux() && Start("mount", "-t", "tmpfs", "-o", limit, "tmpfs", Path) == 0, "a volume can't be mounted here");

    /// <summary>Makes it read-only ("ro") or not ("rw").</summary>
    public void Remount(string option) => Assert.Equal(0, Start("mount", "-o", $"remount,{option}", Path));

    public void Unmount() => Assert.Equal(0, Start("umount", Path));

    public void Fill()
    {
        using var filler = File.Create(this["filler"]);
        try
        {
            for (var block = new byte[4096]; ;) filler.Write(block);
        }
        catch (IOException)
        {
            // full
        }
    }

    public void Free() => File.Delete(this["filler"]);

    public void Dispose() => Start("umount", Path);

    private static int Start(string command, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux()) return -1;
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
