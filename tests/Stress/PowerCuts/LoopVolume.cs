using System.Runtime.InteropServices;
using Litestream.Stress.Clients;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Stress.PowerCuts;

/// <summary>A file system in a file, mounted, whose power can be cut: what the kernel has not written to the device by then is lost. Linux, root only.</summary>
internal sealed partial class LoopVolume : IAsyncDisposable
{
    private const nuint Shutdown = 0x8004587d; // FS_IOC_SHUTDOWN of linux/fs.h, which ext4 and xfs know
    private const string Size = "2G"; // sparse; what heavy writers leave within the retention on a slow machine took more than 400 MB
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly string _image;
    private bool _isMounted;

    private LoopVolume(string image, string folder) => (_image, Root) = (image, folder);

    /// <summary>Where it is mounted.</summary>
    public string Root { get; }

    /// <summary>What is missing here to make one; null if nothing is.</summary>
    public static string? Missing =>
        !OperatingSystem.IsLinux() ? "only Linux can cut a file system off"
        : Environment.UserName != "root" ? "only root may mount"
        : !File.Exists("/dev/loop-control") ? "there are no loop devices"
        : FileSystems.Count == 0 ? "neither mkfs.ext4 nor mkfs.xfs is installed" : null;

    /// <summary>The file systems that can be made here.</summary>
    public static IReadOnlyList<string> FileSystems { get; } =
        [.. new[] { "ext4", "xfs" }.Where(f => new[] { "/usr/sbin", "/sbin", "/usr/bin" }.Any(d => File.Exists($"{d}/mkfs.{f}")))];

    /// <summary>Makes and mounts one.</summary>
    /// <param name="fileSystem">One of <see cref="FileSystems"/>.</param>
    /// <param name="folder">Where its image and its mount point are made.</param>
    public static async Task<LoopVolume> CreateAsync(string fileSystem, string folder)
    {
        var volume = new LoopVolume(Path.Combine(folder, "volume.img"), Directory.CreateDirectory(Path.Combine(folder, "volume")).FullName);
        await ChildProcess.RunAsync("truncate", ["-s", Size, volume._image]);
        await ChildProcess.RunAsync($"mkfs.{fileSystem}", ["-q", volume._image]);
        await volume.MountAsync();
        return volume;
    }

    /// <summary>Cuts it off: from now on nothing is read from or written to the device.</summary>
    /// <param name="kind">What becomes of the journal.</param>
    public void Cut(PowerCut kind)
    {
        var flag = (uint)kind;
        using var file = File.OpenHandle(Path.Combine(Root, "any"), FileMode.OpenOrCreate, FileAccess.ReadWrite);
        if (Control(file, Shutdown, ref flag) != 0) throw new RunFailedException($"The file system can't be cut off: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Mounts it again, so that its journal is replayed. Nobody has a file of it open any more.</summary>
    public async Task MountAgainAsync()
    {
        await UnmountAsync();
        await MountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isMounted) await UnmountAsync();
    }

    private async Task MountAsync()
    {
        await ChildProcess.RunAsync("mount", ["-o", "loop", _image, Root]);
        _isMounted = true;
    }

    /// <summary>The loop device goes with the mount.</summary>
    private async Task UnmountAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            try
            {
                await ChildProcess.RunAsync("umount", [Root]);
                _isMounted = false;
                return;
            }
            catch (RunFailedException) when (!patience.IsCancellationRequested)
            {
                // the kernel still has files of killed processes
                await Task.Delay(100);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, ref uint flag);
}
