using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: which processes hold POSIX locks on a file, as the kernel lists them (proc(5), /proc/locks). It is silent about processes of other PID namespaces, and about file systems that
/// give a file another device number than they have (btrfs, overlayfs).</summary>
internal static class LockHolders
{
    private const string Locks = "/proc/locks";

    /// <summary>The kernel gives the list in pieces: where locks come and go meanwhile, one in some hundreds is in none of them.</summary>
    private const int Readings = 5;

    /// <summary>Ids of the processes that have locked these bytes by a lock that ends with them.</summary>
    /// <param name="file">The file; null for any.</param>
    /// <param name="start">First byte.</param>
    /// <param name="length">How many.</param>
    /// <param name="before">How many of those before them may be locked, too: the kernel makes one lock of what a process has locked side by side.</param>
    /// <param name="kind">READ or WRITE; null for either.</param>
    public static HashSet<int> Find(FileIdentity? file, long start, long length, int before = 0, string? kind = null)
    {
        var place = file is { } f ? string.Create(CultureInfo.InvariantCulture, $"{f.Device >> 32:x2}:{f.Device & uint.MaxValue:x2}:{f.Low}") : null;
        var end = (start + length - 1).ToString(CultureInfo.InvariantCulture);
        HashSet<int> holders = [];
        try
        {
            for (var reading = 0; reading < Readings; reading++) holders.UnionWith(Read());
            return holders;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return holders;
        }

        // 1: POSIX  ADVISORY  READ 4711 fd:00:2531452 1073741826 1073742335; who waits for one has an arrow behind the number
        IEnumerable<int> Read() => File.ReadLines(Locks)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w is [_, "POSIX", _, var has, _, var where, var from, var to] && (kind is null || has == kind) && (place is null || where == place) && to == end
                && long.Parse(from, CultureInfo.InvariantCulture) is var first && first >= start - before && first <= start)
            .Select(w => int.Parse(w[4], CultureInfo.InvariantCulture));
    }
}
