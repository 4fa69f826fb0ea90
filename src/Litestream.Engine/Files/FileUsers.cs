using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: asks the system who has files open, without opening them. It does not tell of processes of other accounts, unless this one is
/// root.</summary>
internal static class FileUsers
{
    /// <summary>How this process is named.</summary>
    public const string ThisProcess = "this process";

    private const string Processes = "/proc";

    /// <summary>Names and ids of the processes, each once.</summary>
    public static IReadOnlyList<string> Find(IReadOnlyCollection<FileIdentity> files) => [.. FindIds(files).Select(Describe)];

    /// <summary>Ids of the processes, each once.</summary>
    public static IEnumerable<int> FindIds(IReadOnlyCollection<FileIdentity> files)
    {
        OpenDescriptors.Tidy();
        return Directory.EnumerateDirectories(Processes)
            .Select(p => Path.GetFileName(p)).Where(n => n.All(char.IsAsciiDigit))
            .Where(id => HasOpen($"{Processes}/{id}/fd", files))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture));
    }

    /// <summary>Name and id of a process, for people.</summary>
    public static string Describe(int id)
    {
        if (id == Environment.ProcessId) return ThisProcess;
        try
        {
            return $"{File.ReadAllText($"{Processes}/{id}/comm").Trim()} (process {id})";
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return $"process {id}";
        }
    }

    private static bool HasOpen(string descriptors, IReadOnlyCollection<FileIdentity> files)
    {
        try
        {
            // what stands for no file any more can't be examined, and is none of these
            return Directory.EnumerateFileSystemEntries(descriptors).Any(d => TryIdentify(d) is { } open && files.Contains(open));
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // it has ended, or belongs to somebody else
            return false;
        }
    }

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
