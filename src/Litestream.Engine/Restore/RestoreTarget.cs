using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Restore;

/// <summary>The file that a restore makes: until it is complete it has a name of its own beside the target.</summary>
internal sealed class RestoreTarget : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly string[] s_companions = ["", .. CompanionFiles.Sqlite];

    private readonly EngineEnvironment _environment;
    private readonly IFileSystem _files;
    private readonly string _destination;
    private readonly ExistingDatabase _existing;
    private readonly RestoreFiles _partial;
    private IFile? _file;
    private bool _isPublished;

    private RestoreTarget(EngineEnvironment environment, string destination, ExistingDatabase existing, RestoreFiles partial) =>
        (_environment, _files, _destination, _existing, _partial) = (environment, environment.Files, destination, existing, partial);

    /// <summary>The file while it is incomplete.</summary>
    public string PartialPath => _partial.Path;

    /// <summary>Where a large transaction may be put aside.</summary>
    public string SpillPath => _partial.SpillPath;

    /// <summary>The open file.</summary>
    public IFile File => _file!;

    /// <summary>Creates the incomplete file; refuses when something is at the target or beside it, or it is to be replaced and somebody uses it.</summary>
    public static RestoreTarget Create(EngineEnvironment environment, string destination, ExistingDatabase existing)
    {
        var files = environment.Files;
        if (existing != ExistingDatabase.Refuse) destination = files.ResolveLink(destination);
        RefusePartOfAnother(files, destination);
        if (IsReplaced(files, destination, existing)) HeldDatabase.RefuseUsers(files, destination);
        else RefuseExisting(files, destination);
        DurableDirectory.Create(files, Path.GetDirectoryName(destination)!);
        RestoreFiles.TidyUp(files, destination);
        var target = new RestoreTarget(environment, destination, existing, RestoreFiles.Begin(environment, destination));
        try
        {
            target._file = files.Open(target.PartialPath, FileOpenMode.CreateNew, OwnerOnly);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>Makes what was written durable and closes the file, so that SQLite can check it.</summary>
    public void Complete()
    {
        File.FlushToDisk();
        Close();
    }

    /// <summary>Gives the file its name.</summary>
    /// <returns>Where a database that was replaced is kept; null if none is.</returns>
    public string? Publish()
    {
        if (!IsReplaced(_files, _destination, _existing))
        {
            PublishNew();
            return null;
        }

        _partial.DeleteCompanions();
        var replacement = new DatabaseReplacement(_environment, _destination);
        var former = replacement.NameFor("before-restore");
        replacement.Run(PartialPath, former);
        _isPublished = true;
        if (_existing == ExistingDatabase.Keep) return former;

        // last: until the new one has the name for good, the former one is all there is
        foreach (var companion in s_companions) _files.Delete(former + companion);
        return null;
    }

    private void PublishNew()
    {
        RefusePartOfAnother(_files, _destination);
        RefuseExisting(_files, _destination);
        // before the rename: what fails behind it would call a restore failed that has succeeded
        _partial.DeleteCompanions();
        try
        {
            _files.Rename(PartialPath, _destination, overwrite: false);
        }
        catch (IOException) when (_files.Find(_destination) is not null)
        {
            throw Exists(_destination, _destination);
        }

        try
        {
            _files.FlushDirectory(Path.GetDirectoryName(_destination)!);
        }
        catch
        {
            // a restore that has failed leaves nothing behind
            _files.Delete(_destination);
            throw;
        }

        _isPublished = true;
    }

    /// <summary>Removes what has not got its name.</summary>
    public void Dispose()
    {
        using (_partial)
        {
            Close();
            if (!_isPublished) _partial.Delete();
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private static bool IsReplaced(IFileSystem files, string destination, ExistingDatabase existing) =>
        existing != ExistingDatabase.Refuse && files.Find(destination) is { IsDirectory: false };

    // A -wal or -journal of another database beside the restored one would be replayed into it by the next to open it.
    private static void RefuseExisting(IFileSystem files, string destination)
    {
        foreach (var companion in s_companions)
        {
            if (files.Find(destination + companion) is not null) throw Exists(destination, destination + companion);
        }
    }

    // SQLite would take it for a log of that database, and overwrite it or replay it
    private static void RefusePartOfAnother(IFileSystem files, string destination)
    {
        if (CompanionFiles.DatabaseOf(destination) is { } database && files.Find(database) is { IsDirectory: false })
            throw new LitestreamException(ErrorCode.InvalidArgument, $"'{destination}' is the name of a file that SQLite keeps beside the database '{database}'.", destination,
                "Restore to another path.");
    }

    private static LitestreamException Exists(string destination, string found) => new(ErrorCode.RestoreTargetExists,
        $"'{destination}' is not restored because '{found}' exists.", found, "Restore to another path, or move that file away; or let the restore replace the database (-Force).");
}
