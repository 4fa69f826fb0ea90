using System.Runtime.InteropServices;

namespace Litestream.Bench.Machine;

/// <summary>What the figures were measured on, for people.</summary>
internal static class MachineText
{
    /// <summary>Processor, memory, system, runtime and file system.</summary>
    /// <param name="folder">A folder on the disk that is measured.</param>
    public static string Of(string folder)
    {
        var processor = File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        return $"{Environment.ProcessorCount} cores of {processor}, {memory:F0} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {new DriveInfo(folder).DriveFormat}";
    }
}
