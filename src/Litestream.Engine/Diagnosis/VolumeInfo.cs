namespace Litestream.Engine.Diagnosis;

/// <summary>What the system tells of the volume that a path is on.</summary>
/// <param name="Kind">Of its file system, as the system calls it.</param>
/// <param name="IsNetwork">Whether another machine has it.</param>
/// <param name="IsMemory">Whether it is gone when the machine starts again.</param>
/// <param name="FreeBytes">What this account may still write there.</param>
internal sealed record VolumeInfo(string Kind, bool IsNetwork, bool IsMemory, long FreeBytes)
{
    /// <summary>Asks the system.</summary>
    /// <param name="path">A file or folder that exists.</param>
    public static VolumeInfo Read(string path)
    {
        // on Unix any path will do; on Windows a share has no drive
        if (OperatingSystem.IsWindows() && path.StartsWith(@"\\", StringComparison.Ordinal)) return new("share", IsNetwork: true, IsMemory: false, long.MaxValue);
        var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(path)! : path);
        return new(drive.DriveFormat, drive.DriveType == DriveType.Network, drive.DriveType == DriveType.Ram, drive.AvailableFreeSpace);
    }
}
