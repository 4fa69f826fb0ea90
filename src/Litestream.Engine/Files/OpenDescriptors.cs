using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: the descriptors of guarded files, opened and closed so that it harms nobody in this process, whose locks a close would drop: as long as somebody else
/// here has such a file open and anybody has locked it, ours stays open too, and is used again.</summary>
/// <remarks>Only where SQLite has no descriptors of its own (<see cref="SeparateDescriptors"/>), or others use the same copy of it.</remarks>
internal sealed class OpenDescriptors : IGuardedFiles
{
    /// <summary>Plain files with the numbers as names. The links in fd have them too, but each would be followed to see if it is a folder: with thousands of
    /// databases that takes longer than all else.</summary>
    private const string OwnDescriptors = "/proc/self/fdinfo";

    private static readonly object s_lock = new();

    /// <summary>All that are open, and whether they are in use.</summary>
    private static readonly Dictionary<int, (FileIdentity Identity, bool IsUsed)> s_ours = [];

    private static int s_opening;
    private static bool s_isPutOff;

    private OpenDescriptors()
    {
    }

    /// <summary>Those of this process.</summary>
    public static OpenDescriptors Instance { get; } = new();

    /// <inheritdoc/>
    public bool IsApart => false;

    /// <inheritdoc/>
    public int? TryOpen(string path, FileIdentity identity)
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

            if (GuardedFiles.TryOpen(path) is not { } descriptor) return null;
            var opened = FileIdentityReader.Read(descriptor)!.Value;
            s_ours.Add(descriptor, (opened, opened == identity));
            return opened == identity ? descriptor : null;
        }
    }

    /// <inheritdoc/>
    public int? TryOpenAgain(FileIdentity identity)
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

    /// <inheritdoc/>
    public void Close(int descriptor, FileIdentity identity)
    {
        lock (s_lock)
        {
            s_ours[descriptor] = (identity, false);
            CloseUnused();
        }
    }

    /// <inheritdoc/>
    public T Run<T>(Func<T> use) => use();

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
