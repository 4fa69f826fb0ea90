using System.Globalization;
using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>Linux: the descriptors of guarded files, opened and closed so that it harms nobody in this process, whose locks a close would drop: as long as somebody else
/// here has such a file open and anybody has locked it, ours stays open too, and is used again.</summary>
/// <remarks>What is only looked at is opened by <see cref="SeparateDescriptors"/>, where there are such.</remarks>
internal static class OpenDescriptors
{
    /// <summary>Plain files with the numbers as names. The links in fd have them too, but each would be followed to see if it is a folder: with thousands of
    /// databases that takes longer than all else.</summary>
    private const string OwnDescriptors = "/proc/self/fdinfo";

    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int ReadOnlyVolume = 30;

    private static readonly object s_lock = new();

    /// <summary>All that are open, and whether they are in use.</summary>
    private static readonly Dictionary<int, (FileIdentity Identity, bool IsUsed)> s_ours = [];

    private static int s_opening;
    private static bool s_isPutOff;

    /// <summary>Opens a file, for writing where that is allowed: only so it can be locked for that. Null if the path does not lead to it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="identity">The file.</param>
    /// <exception cref="PlatformNotSupportedException">The system does not tell what this process has open.</exception>
    public static int? TryOpen(string path, FileIdentity identity)
    {
        if (!Directory.Exists(OwnDescriptors)) throw new PlatformNotSupportedException($"'{OwnDescriptors}' is not there.");
        lock (s_lock)
        {
            CloseUnused();
            foreach (var (idle, (its, isUsed)) in s_ours)
            {
                if (isUsed || its != identity) continue;
                s_ours[idle] = (identity, true);
                return idle;
            }

            var descriptor = PosixNative.Open(path, PosixNative.OpenReadWrite | PosixNative.OpenCloseOnExec);
            // then it can't be locked for writing, which is only needed now and then
            if (descriptor < 0 && Marshal.GetLastPInvokeError() is AccessDenied or ReadOnlyVolume or NotPermitted)
                descriptor = PosixNative.Open(path, PosixNative.OpenReadOnly | PosixNative.OpenCloseOnExec);
            if (descriptor < 0) return Marshal.GetLastPInvokeError() == PosixNative.NotFound ? null : throw new IOException(
                $"'{path}' can't be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
            var opened = FileIdentityReader.Read(descriptor)!.Value;
            s_ours.Add(descriptor, (opened, opened == identity));
            return opened == identity ? descriptor : null;
        }
    }

    /// <summary>Opens a file once more that is open here, whether or not it still has a name. Null if it is not.</summary>
    /// <param name="identity">The file.</param>
    public static int? TryOpenAgain(FileIdentity identity)
    {
        lock (s_lock)
        {
            foreach (var (descriptor, (its, isUsed)) in s_ours)
                if (isUsed && its == identity) return TryOpen($"/proc/self/fd/{descriptor}", identity);
            return null;
        }
    }

    /// <summary>Whether a descriptor of this process was opened here.</summary>
    public static bool Contains(int descriptor)
    {
        lock (s_lock) return s_ours.ContainsKey(descriptor);
    }

    /// <summary>Closes a file as soon as nobody else in this process has it open and locked.</summary>
    /// <param name="descriptor">The descriptor; holds no lock any more.</param>
    /// <param name="identity">The file.</param>
    public static void Close(int descriptor, FileIdentity identity)
    {
        lock (s_lock)
        {
            s_ours[descriptor] = (identity, false);
            CloseUnused();
        }
    }

    /// <summary>Leaves a file open for whoever needs it next; <see cref="Tidy"/> closes it otherwise.</summary>
    /// <param name="descriptor">The descriptor; holds no lock.</param>
    /// <param name="identity">The file.</param>
    public static void Leave(int descriptor, FileIdentity identity)
    {
        lock (s_lock) s_ours[descriptor] = (identity, false);
    }

    /// <summary>How many descriptors of files this process has besides those that were opened here.</summary>
    public static int CountOthers(params IReadOnlyCollection<FileIdentity> files)
    {
        lock (s_lock) return Others().Count(files.Contains);
    }

    /// <summary>Closes what nobody needs and was left open for the sake of others in this process.</summary>
    public static void Tidy()
    {
        lock (s_lock) CloseUnused();
    }

    /// <summary>Opens files by SQLite. Meanwhile nothing is closed here: what SQLite has opened and locked behind the look at what this process has open would lose its locks.</summary>
    /// <param name="open">Opens them.</param>
    /// <returns>What that returns.</returns>
    public static T WhileOpening<T>(Func<T> open)
    {
        lock (s_lock) s_opening++;
        try
        {
            return open();
        }
        finally
        {
            lock (s_lock)
            {
                if (--s_opening == 0 && s_isPutOff) CloseUnused();
            }
        }
    }

    private static void CloseUnused()
    {
        s_isPutOff = s_opening > 0;
        if (s_isPutOff) return;
        HashSet<FileIdentity>? inUse = null;
        foreach (var (descriptor, (identity, _)) in s_ours.Where(o => !o.Value.IsUsed).ToList())
        {
            // Most are locked by nobody. The others may be by somebody here; he may also have come while it was looked what is open here, which takes its time: then his lock is seen.
            if (IsLocked(descriptor) && ((inUse ??= InUse()).Contains(identity) || IsLockedHere(descriptor))) continue;
            _ = PosixNative.Close(descriptor);
            s_ours.Remove(descriptor);
        }
    }

    private static bool IsLocked(int descriptor) => GuardDescriptor.LookAt(descriptor, 0, 0) is not { Type: PosixLock.None };

    private static bool IsLockedHere(int descriptor) => GuardDescriptor.LookAt(descriptor, 0, 0) is not { } first || first.Type != PosixLock.None && first.ProcessId == Environment.ProcessId;

    private static HashSet<FileIdentity> InUse() => [.. Others(), .. s_ours.Values.Where(o => o.IsUsed).Select(o => o.Identity)];

    private static IEnumerable<FileIdentity> Others() =>
        from path in Directory.EnumerateFileSystemEntries(OwnDescriptors)
        let descriptor = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)
        where !s_ours.ContainsKey(descriptor)
        let identity = FileIdentityReader.Read(descriptor) // null: closed meanwhile
        where identity is not null
        select identity.Value;
}
