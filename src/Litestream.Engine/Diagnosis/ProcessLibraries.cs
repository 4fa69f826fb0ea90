using System.Text.RegularExpressions;
using Litestream.Engine.Files;

namespace Litestream.Engine.Diagnosis;

/// <summary>Linux: which SQLite the processes that have a file open have loaded. Libraries are read as files, and never loaded.</summary>
internal static partial class ProcessLibraries
{
    private const int MaxSize = 64 << 20;

    /// <summary>The processes, but for this one.</summary>
    public static IEnumerable<FileUser> FindUsers(IReadOnlyCollection<FileIdentity> files) => OperatingSystem.IsLinux()
        ? FileUsers.FindIds(files, []).Where(id => id != Environment.ProcessId).Select(id => new FileUser(FileUsers.Describe(id), FindVersion(id))) : [];

    private static Version? FindVersion(int id)
    {
        try
        {
            // what the process calls so lies below its own root, where it is in a container
            return File.ReadLines($"/proc/{id}/maps").Select(PathIn).OfType<string>().Distinct()
                .Where(p => LibraryName().IsMatch(Path.GetFileName(p)))
                .Select(p => $"/proc/{id}/root{p}").Where(p => new FileInfo(p) is { Exists: true, Length: < MaxSize })
                .Select(p => SqliteVersions.Find(File.ReadAllBytes(p))).FirstOrDefault(v => v is not null);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return null; // it has ended, or belongs to somebody else
        }
    }

    /// <summary>The path behind the five columns.</summary>
    private static string? PathIn(string line) => line.IndexOf('/', StringComparison.Ordinal) is > 0 and var start ? line[start..] : null;

    /// <summary>Strict: -shm and databases are mapped, too, and must not be opened as files.</summary>
    [GeneratedRegex(@"sqlite3[^/]*\.so(?:\.\d+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex LibraryName();
}
