using System.Globalization;

namespace Litestream.Engine;

/// <summary>Which run of the operating system this is. After a reboot, what was not flushed may be old or new.</summary>
public static class BootIdentity
{
    private const string LinuxPath = "/proc/sys/kernel/random/boot_id";
    private const int Seconds = 10;

    /// <summary>The present run. Linux has an id for it. Elsewhere the time of the boot, to ten seconds, tells runs apart; when
    /// that is wrong about a run that goes on, it costs a new generation and no data.</summary>
    public static string Current { get; } = File.Exists(LinuxPath)
        ? File.ReadAllText(LinuxPath).Trim()
        : BootTime().ToString(CultureInfo.InvariantCulture);

    private static long BootTime() =>
        (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - Environment.TickCount64) / 1000 / Seconds;
}
