using System.Buffers;
using System.Globalization;
using Litestream.Engine.Files;
using IoPath = System.IO.Path;

namespace Litestream.Engine.Restore;

/// <summary>The files of a restore that is under way, beside its target: the database that is made, what is put aside, and a lock that
/// tells the files of a living restore from those of one that was killed.</summary>
internal sealed class RestoreFiles : IDisposable
{
    private const string Marker = ".restore-";
    private const string LockSuffix = "-lock";

    /// <summary>What may be there besides the database; the last three are SQLite's, of the check.</summary>
    private static readonly string[] s_companions = ["-spill", "-wal", "-shm", "-journal"];

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");

    private readonly IFileSystem _files;
    private readonly IDisposable _lock;

    private RestoreFiles(IFileSystem files, string path, IDisposable held) => (_files, Path, _lock) = (files, path, held);

    /// <summary>The database while it is incomplete.</summary>
    public string Path { get; }

    /// <summary>Where a large transaction may be put aside.</summary>
    public string SpillPath => Path + "-spill";

    /// <summary>Finds a name and locks it; nothing else is created.</summary>
    public static RestoreFiles Begin(EngineEnvironment environment, string destination)
    {
        while (true)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{destination}{Marker}{environment.Random.Next():x8}");
            // the lock comes first: files without one are never taken for abandoned
            if (environment.Files.TryLock(path + LockSuffix, UnixFileMode.UserRead | UnixFileMode.UserWrite) is { } held) return new(environment.Files, path, held);
        }
    }

    /// <summary>Deletes what restores to this target have left behind when they were killed. Files of a restore that is under way, in
    /// whatever process, are locked and stay.</summary>
    public static void TidyUp(IFileSystem files, string destination)
    {
        var folder = IoPath.GetDirectoryName(destination)!;
        var prefix = IoPath.GetFileName(destination) + Marker;
        foreach (var name in files.List(folder).Where(e => !e.IsDirectory).Select(e => e.Name).Where(n => IsLock(n, prefix)))
        {
            var path = IoPath.Combine(folder, name[..^LockSuffix.Length]);
            if (TryLock(files, path + LockSuffix) is not { } held) continue;
            using var abandoned = new RestoreFiles(files, path, held);
            abandoned.Delete();
        }
    }

    /// <summary>Deletes the files.</summary>
    public void Delete()
    {
        _files.Delete(Path);
        DeleteCompanions();
    }

    /// <summary>Deletes what there may be beside the database.</summary>
    public void DeleteCompanions()
    {
        foreach (var companion in s_companions) _files.Delete(Path + companion);
    }

    /// <summary>Lets the name go; what still stands under it is deleted by the next restore to the same target.</summary>
    public void Dispose()
    {
        _lock.Dispose();

        try
        {
            // last, and unlocked because Windows deletes no file that is open like this
            _files.Delete(Path + LockSuffix);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // another restore tidies up in this very moment, and deletes it; if not, the next one does
        }
    }

    private static IDisposable? TryLock(IFileSystem files, string path)
    {
        try
        {
            return files.TryLock(path);
        }
        catch (UnauthorizedAccessException)
        {
            // of another account, which has to tidy up itself
            return null;
        }
    }

    private static bool IsLock(string name, string prefix) =>
        name.Length == prefix.Length + 8 + LockSuffix.Length
        && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(LockSuffix, StringComparison.Ordinal)
        && name.AsSpan(prefix.Length, 8).IndexOfAnyExcept(s_hexDigits) < 0;
}
