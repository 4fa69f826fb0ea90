using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: on which files other processes hold POSIX locks, as SQLite does on each database that it has open. Costs far less to ask than who has files open.</summary>
internal static class LockedFiles
{
    private const string Locks = "/proc/locks";

    private static readonly TimeSpan s_shortTime = TimeSpan.FromSeconds(1);

    private static readonly object s_lock = new();
    private static (HashSet<ulong>? Inodes, long Time)? s_ofOthers;

    /// <summary>Whether another process holds such a lock, or held it a second ago. True for a file that only has the same number on another device, or where the system does not tell.</summary>
    /// <param name="file">The file.</param>
    public static bool HasOther(FileIdentity file)
    {
        lock (s_lock)
        {
            if (s_ofOthers is not { } known || Environment.TickCount64 - known.Time > s_shortTime.TotalMilliseconds)
                s_ofOthers = known = (Read(), Environment.TickCount64);
            return known.Inodes?.Contains(file.Low) ?? true;
        }
    }

    private static HashSet<ulong>? Read()
    {
        try
        {
            return [.. File.ReadLines(Locks).Select(OfOther).OfType<ulong>()];
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return null; // it may hold one
        }
    }

    /// <param name="line">Number, kind, ADVISORY, READ or WRITE, process, device and inode, range (proc_locks(5)).</param>
    private static ulong? OfOther(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts is [_, "POSIX", _, _, var process, var file, ..] && int.TryParse(process, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId
            && ulong.TryParse(file.AsSpan(file.LastIndexOf(':') + 1), CultureInfo.InvariantCulture, out var inode) ? inode : null;
    }
}
