using System.Diagnostics;
using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: which processes go on with a -wal or a -shm that has no name any more, as the system shows what they have open (proc(5), /proc/PID/fd). It does not show that of processes of other
/// accounts, unless this one is root, nor of other PID namespaces.</summary>
internal static class RemovedFiles
{
    /// <summary>What the kernel adds to the name.</summary>
    private const string Mark = " (deleted)";

    /// <summary>As many times as long as it took a look at all processes holds: so many databases may be opened at once, and so many files be open, that looking would be all that is done.</summary>
    private const int Share = 20;

    private static readonly string[] s_suffixes = ["-wal", "-shm"];
    private static readonly object s_lock = new();
    private static ILookup<string, int> s_users = Enumerable.Empty<int>().ToLookup(_ => "");
    private static long s_ends = long.MinValue;

    /// <summary>Whether a process has the database open, and beside it a -wal or a -shm that was removed, and not the one that has the name now.</summary>
    /// <param name="databasePath">The database.</param>
    /// <param name="database">Which file it is.</param>
    /// <param name="wal">Which file its -wal is; null if there is none.</param>
    /// <param name="walIndex">Which file its -shm is; null if there is none.</param>
    public static bool AreUsed(string databasePath, FileIdentity database, FileIdentity? wal, FileIdentity? walIndex)
    {
        var name = Path.GetFileName(databasePath);
        return IsUsed(name + s_suffixes[0], wal) || IsUsed(name + s_suffixes[1], walIndex);

        bool IsUsed(string removed, FileIdentity? present) => Users()[removed].Any(id =>
            FileUsers.OpenBy(id) is var open && open.Contains(database) && !(present is { } there && open.Contains(there)) && RemovedBy(id).Contains(removed));
    }

    /// <summary>The processes, by the names that such files had.</summary>
    private static ILookup<string, int> Users()
    {
        lock (s_lock)
        {
            var now = Stopwatch.GetTimestamp();
            if (now < s_ends) return s_users;
            s_users = FileUsers.Processes().SelectMany(RemovedBy, (id, name) => (id, name)).ToLookup(u => u.name, u => u.id);
            var took = Stopwatch.GetTimestamp() - now;
            s_ends = now + took + took * Share;
            return s_users;
        }
    }

    private static IEnumerable<string> RemovedBy(int id) =>
        from descriptor in FileUsers.Descriptors(id)
        where id != Environment.ProcessId || !OpenDescriptors.Contains(int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture)) // a FormerIndex is nobody's who would lose anything
        let target = PosixNative.ReadLink(descriptor)
        where target is not null && target.EndsWith(Mark, StringComparison.Ordinal)
        let name = Path.GetFileName(target[..^Mark.Length])
        where s_suffixes.Any(s => name.EndsWith(s, StringComparison.Ordinal))
        select name;
}
