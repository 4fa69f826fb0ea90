using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: asks the system who has files open, without opening them. It does not tell of processes of other accounts, unless this one is
/// root.</summary>
internal static class FileUsers
{
    private const string Processes = "/proc";

    /// <summary>Of a process that has only just opened a file SQLite's locks tell.</summary>
    private static readonly TimeSpan s_shortTime = TimeSpan.FromSeconds(1);

    private static readonly object s_lock = new();
    private static (HashSet<FileIdentity> Files, long Time)? s_ofOthers;

    /// <summary>Names and ids of the processes, each once.</summary>
    /// <param name="files">The files.</param>
    /// <param name="own">Which of them the caller has open, each once.</param>
    public static IReadOnlyList<string> Find(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) => [.. FindIds(files, own).Select(Describe)];

    /// <summary>Ids of the processes, each once.</summary>
    /// <param name="files">The files.</param>
    /// <param name="own">Which of them the caller has open, each once.</param>
    public static IEnumerable<int> FindIds(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own)
    {
        OpenDescriptors.Tidy();
        return Directory.EnumerateDirectories(Processes)
            .Select(p => Path.GetFileName(p)).Where(n => n.All(char.IsAsciiDigit))
            .Where(id => CountOpen(id, files) > (IsThis(id) ? own.Count(files.Contains) : 0))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture));
    }

    /// <summary>Whether another process has one of the files open, or had it a second ago: thousands of databases that are let go at once ask the system once.</summary>
    /// <param name="files">The files.</param>
    public static bool HasOther(params ReadOnlySpan<FileIdentity> files)
    {
        lock (s_lock)
        {
            if (s_ofOthers is not { } known || Environment.TickCount64 - known.Time > s_shortTime.TotalMilliseconds)
                s_ofOthers = known = ([.. OpenByOthers()], Environment.TickCount64);
            foreach (var file in files) if (known.Files.Contains(file)) return true;
            return false;
        }
    }

    /// <summary>Name and id of a process, for people.</summary>
    public static string Describe(int id)
    {
        if (id == Environment.ProcessId) return "this process";
        try
        {
            return $"{File.ReadAllText($"{Processes}/{id}/comm").Trim()} (process {id})";
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return $"process {id}";
        }
    }

    private static IEnumerable<FileIdentity> OpenByOthers() =>
        from path in Directory.EnumerateDirectories(Processes)
        let id = Path.GetFileName(path)
        where id.All(char.IsAsciiDigit) && !IsThis(id)
        from file in OpenBy(id)
        select file;

    private static int CountOpen(string id, IReadOnlyCollection<FileIdentity> files) => OpenBy(id).Count(files.Contains);

    private static List<FileIdentity> OpenBy(string id)
    {
        try
        {
            // what stands for no file any more can't be examined, and is none that is asked for
            return [.. Directory.EnumerateFileSystemEntries($"{Processes}/{id}/fd").Select(TryIdentify).OfType<FileIdentity>()];
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // it has ended, or belongs to somebody else
            return [];
        }
    }

    private static bool IsThis(string id) => int.Parse(id, CultureInfo.InvariantCulture) == Environment.ProcessId;

    private static FileIdentity? TryIdentify(string descriptor)
    {
        try
        {
            return FileIdentityReader.Read(descriptor);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
