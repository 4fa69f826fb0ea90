using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

/// <summary>A process with the limits of Azure Automation, and tighter ones. The kernel refuses more than 400 MB of private writable memory
/// (RLIMIT_DATA), any file above 1 MB (RLIMIT_FSIZE), and, as root, a temp folder above 1 MB (a tmpfs in a mount namespace); the runtime's heap gets what it would
/// get in a container of that size, three quarters. What is resident at the peak, with all that is shared, is looked at as well.</summary>
internal static class Sandbox
{
    public const long MemoryLimit = 400L << 20;

    /// <summary>For the script: says how much was resident at the peak.</summary>
    public const string SayPeak = $"\"{PeakMark}$([System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64)\"";

    /// <summary>For the script: says how large the temp folder is.</summary>
    public const string SayTemp = $"\"{TempMark}$([System.IO.DriveInfo]::new([System.IO.Path]::GetTempPath()).TotalSize)\"";

    private const string PeakMark = "peak resident bytes: ";
    private const string TempMark = "temp folder bytes: ";
    private const long FileLimit = 1L << 20;
    private const string HeapLimit = "12C00000"; // 300 MiB

    /// <summary>Skips a test where the limits can't be set.</summary>
    public static void SkipWhereImpossible()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && SampleProcess.Has("prlimit"), "Needs Linux on x64, and prlimit");
        Skip.IfNot(SampleProcess.Can("unshare --mount sh -c 'mount -t tmpfs tmpfs /tmp'"), "May not mount a temp folder of 1 MB");
    }

    /// <summary>Runs a script so.</summary>
    /// <param name="folder">Where the temp folder is made; mounted away again when the process ends.</param>
    /// <param name="script">Without single quotes.</param>
    /// <param name="environment">Further variables.</param>
    public static SampleResult Run(string folder, string script, params (string Name, string Value)[] environment)
    {
        SkipWhereImpossible();
        var temp = Directory.CreateDirectory(Path.Combine(folder, "temp")).FullName;
        var line = string.Create(CultureInfo.InvariantCulture,
            $"mount -t tmpfs -o size={FileLimit} tmpfs {temp} && exec prlimit --data={MemoryLimit} --fsize={FileLimit} {SampleProcess.Pwsh} -NoChildProcesses -Command '{script}'");
        var file = Path.Combine(folder, "sandbox.sh");
        File.WriteAllText(file, line);
        return SampleProcess.Run($"unshare --mount sh {file}",
            [("TMPDIR", temp), ("DOTNET_GCHeapHardLimit", HeapLimit), ("DOTNET_EnableWriteXorExecute", "0"), .. environment]);
    }

    /// <summary>Fails unless the script stayed inside the limits; the peak in bytes.</summary>
    public static long AssertSmall(SampleResult result)
    {
        Assert.Equal(FileLimit, Said(result, TempMark));
        var peak = Said(result, PeakMark);
        Assert.InRange(peak, 1, MemoryLimit);
        return peak;
    }

    private static long Said(SampleResult result, string mark)
    {
        var line = result.Output.Split('\n').SingleOrDefault(l => l.StartsWith(mark, StringComparison.Ordinal));
        Assert.True(line is not null, result.Output + result.Errors);
        return long.Parse(line[mark.Length..], CultureInfo.InvariantCulture);
    }
}
