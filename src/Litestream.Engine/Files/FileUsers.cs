using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: asks the system who has files open, without opening them. It does not tell of processes of other accounts, unless this one is
/// root.</summary>
internal static class FileUsers
{
    private const string Processes = "/proc";

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
