using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Restore;

/// <summary>
/// Puts a database in the place of another one that nobody uses. At every moment, and after a power loss, one of both has the name, and none meets
/// the -wal or -journal of the other.
/// </summary>
/// <param name="environment">Files, time and VFS.</param>
/// <param name="destination">Full path of the database that is replaced.</param>
internal sealed class DatabaseReplacement(EngineEnvironment environment, string destination)
{
    private static readonly string[] s_logs = ["-wal", "-journal"];

    private readonly IFileSystem _files = environment.Files;
    private readonly string _folder = Path.GetDirectoryName(destination)!;

    /// <summary>A free name for the former database.</summary>
    /// <param name="what">Why it is kept.</param>
    public string NameFor(string what)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{destination}.{what}-{environment.Time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
        for (var i = 1; ; i++)
        {
            var free = i == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
            if (Array.TrueForAll(["", FileSwap.Suffix, .. s_logs], s => _files.Find(free + s) is null)) return free;
        }
    }

    /// <summary>Replaces it. What fails leaves it as it was.</summary>
    /// <param name="with">A whole and durable database file in the same folder.</param>
    /// <param name="former">The name that the former database gets.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetInUse"/>: nothing has changed then.</exception>
    public void Run(string with, string former)
    {
        using var held = HeldDatabase.Take(environment, destination);
        Run(with, former, held, null);
    }

    /// <summary>Replaces it by a database that may have been used until now. What is left of its logs, because SQLite can't read it, comes along.</summary>
    /// <param name="with">That database.</param>
    /// <param name="former">The name that the former database gets.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetInUse"/>: nothing has changed then.</exception>
    public void Run(HeldDatabase with, string former)
    {
        DeleteEmptyLogs(with.Path);
        using (var held = HeldDatabase.Take(environment, destination)) Run(with.Path, former, held, with);
        MoveLogs(with.Path, destination);
        _files.FlushDirectory(_folder);
    }

    private void Run(string with, string former, HeldDatabase held, HeldDatabase? other)
    {
        if (OperatingSystem.IsWindows()) LetGo(held, other);
        // What SQLite could bring into the file is in it by now, and the logs are empty. Else they go with the file, before it: never may one of
        // them be found beside the new database.
        DeleteEmptyLogs(destination);
        _files.CopyAccess(destination, with);
        var isSwapped = false;
        try
        {
            MoveLogs(destination, former);
            _files.FlushDirectory(_folder);
            _files.Swap(with, destination, former);
            isSwapped = true;
            _files.FlushDirectory(_folder);
        }
        catch
        {
            if (isSwapped) _files.Swap(former, destination, with);
            MoveLogs(former, destination);
            throw;
        }

        TakeBackIfUsed(with, former, [.. held.Open, .. other?.Open ?? []]);
    }

    /// <summary>Windows renames no open file, and refuses what others have open.</summary>
    [ExcludeFromCodeCoverage(Justification = "Only on Windows.")]
    private static void LetGo(HeldDatabase held, HeldDatabase? other)
    {
        held.Dispose();
        other?.Dispose();
    }

    private void DeleteEmptyLogs(string path)
    {
        foreach (var log in s_logs.Where(l => _files.Find(path + l) is { Length: 0 })) _files.Delete(path + log);
        _files.Delete(path + "-shm");
    }

    private void MoveLogs(string from, string to)
    {
        foreach (var log in s_logs.Where(l => _files.Find(from + l) is not null)) _files.Rename(from + log, to + log, overwrite: false);
    }

    // Whoever opened the former file in the last moment would use it with the log of the new one. Which file that was only its name tells now.
    private void TakeBackIfUsed(string with, string former, IReadOnlyCollection<FileIdentity> own)
    {
        if (FindUsers(former, own) is not { Count: > 0 } users) return;
        if (FindUsers(destination, own).Count > 0) throw BothInUse(former, users);
        // never under a restore's own temporary name: a later restore deletes what has one
        var spare = NameFor("not-restored");
        _files.Swap(former, destination, spare);
        MoveLogs(former, destination);
        _files.FlushDirectory(_folder);
        _files.Rename(spare, with, overwrite: true);
        throw HeldDatabase.InUse(destination, string.Join(", ", users));
    }

    private IReadOnlyList<string> FindUsers(string path, IReadOnlyCollection<FileIdentity> own) =>
        _files.Identify(path) is { } file ? _files.FindUsers([file], own) : [];

    // neither can be taken from whom it has, and both write to logs of one name
    private LitestreamException BothInUse(string former, IEnumerable<string> users) => new(ErrorCode.RestoreTargetInUse,
        $"'{destination}' was replaced while {string.Join(", ", users)} opened it, and the restored one is used as well. The former database is '{former}'.", destination,
        "End all that uses either of them at once, then decide with Undo-LitestreamRestore or restore again.");
}
