using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: which processes hold POSIX locks on a file, as the kernel lists them (proc(5), /proc/locks). It is silent about processes of other PID namespaces, and about file systems that
/// give a file another device number than they have (btrfs, overlayfs).</summary>
internal static class LockHolders
{
    private const string Locks = "/proc/locks";

    /// <summary>Ids of the processes that have locked just these bytes, in whatever way.</summary>
    /// <param name="file">The file.</param>
    /// <param name="start">First byte.</param>
    /// <param name="length">How many.</param>
    /// <param name="kind">READ or WRITE; null for either.</param>
    public static HashSet<int> Find(FileIdentity file, long start, long length, string? kind = null)
    {
        var (major, minor) = (file.Device >> 32, file.Device & uint.MaxValue);
        var place = string.Create(CultureInfo.InvariantCulture, $"{major:x2}:{minor:x2}:{file.Low}");
        var (first, last) = (start.ToString(CultureInfo.InvariantCulture), (start + length - 1).ToString(CultureInfo.InvariantCulture));
        try
        {
            // 1: POSIX  ADVISORY  READ 4711 fd:00:2531452 1073741826 1073742335; who waits for one has an arrow behind the number
            return [.. File.ReadLines(Locks)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(w => w is [_, "POSIX", _, var has, _, var where, var from, var to] && (kind is null || has == kind) && where == place && from == first && to == last)
                .Select(w => int.Parse(w[4], CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return [];
        }
    }
}
