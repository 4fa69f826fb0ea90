using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: asks the system who has files open, without opening them. It does not tell of processes of other accounts, unless this one is
/// root.</summary>
internal static class FileUsers
{
    private const string Root = "/proc";

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
        return Processes().Where(id => OpenBy(id).Concat(OpenBySqlite(id)).Count(files.Contains) > (id == Environment.ProcessId ? own.Count(files.Contains) : 0));
    }

    /// <summary>Ids of all processes.</summary>
    public static IEnumerable<int> Processes() =>
        Directory.EnumerateDirectories(Root).Select(p => Path.GetFileName(p)).Where(n => n.All(char.IsAsciiDigit)).Select(n => int.Parse(n, CultureInfo.InvariantCulture));

    /// <summary>What a process has open; none where it has ended, or is somebody else's.</summary>
    public static IReadOnlyList<FileIdentity> OpenBy(int id) => OpenBy($"{Root}/{id}");

    /// <summary>Paths of the links to what a process has open; none where it has ended, or is somebody else's.</summary>
    public static IReadOnlyList<string> Descriptors(int id) => Descriptors($"{Root}/{id}");

    /// <summary>Whether a path means the same to a process as to this one. False also where that is not told.</summary>
    public static bool SeesSameMounts(int id) => PosixNative.ReadLink($"{Root}/{id}/ns/mnt") is { } its && its == PosixNative.ReadLink($"{Root}/self/ns/mnt");

    /// <summary>Name and id of a process, for people.</summary>
    public static string Describe(int id)
    {
        if (id == Environment.ProcessId) return "this process";
        try
        {
            return $"{File.ReadAllText($"{Root}/{id}/comm").Trim()} (process {id})";
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return $"process {id}";
        }
    }

    /// <summary>Which file a path leads to, of a link to what a process has open, too; null where it leads to none any more, or can't be followed.</summary>
    public static FileIdentity? TryIdentify(string descriptor)
    {
        try
        {
            // what stands for no file any more can't be examined, and is none that is asked for
            return FileIdentityReader.Read(descriptor);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>What a process has open by <see cref="SeparateDescriptors.Sqlite"/>.</summary>
    private static IReadOnlyList<FileIdentity> OpenBySqlite(int id)
    {
        try
        {
            // all of its threads have the same
            var thread = Directory.EnumerateDirectories($"{Root}/{id}/task").FirstOrDefault(t => File.ReadAllText($"{t}/comm").TrimEnd() == SeparateDescriptors.SqliteThread);
            return thread is null ? [] : OpenBy(thread);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return [];
        }
    }

    private static IReadOnlyList<FileIdentity> OpenBy(string folder) => [.. Descriptors(folder).Select(TryIdentify).OfType<FileIdentity>()];

    private static IReadOnlyList<string> Descriptors(string folder)
    {
        try
        {
            // their names are those of plain files, which are not each followed to see if it is a folder
            return [.. Directory.EnumerateFileSystemEntries($"{folder}/fdinfo").Select(d => $"{folder}/fd/{Path.GetFileName(d)}")];
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return [];
        }
    }
}
