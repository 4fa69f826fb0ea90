using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Restore;

/// <summary>The file that a restore makes: until it is complete it has a name of its own beside the target.</summary>
internal sealed class RestoreTarget : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly string[] s_companions = ["", "-wal", "-shm", "-journal"];

    private readonly IFileSystem _files;
    private readonly string _destination;
    private readonly RestoreFiles _partial;
    private IFile? _file;
    private bool _isPublished;

    private RestoreTarget(IFileSystem files, string destination, RestoreFiles partial) =>
        (_files, _destination, _partial) = (files, destination, partial);

    /// <summary>The file while it is incomplete.</summary>
    public string PartialPath => _partial.Path;

    /// <summary>Where a large transaction may be put aside.</summary>
    public string SpillPath => _partial.SpillPath;

    /// <summary>The open file.</summary>
    public IFile File => _file!;

    /// <summary>Creates the incomplete file; refuses when something is at the target or beside it.</summary>
    public static RestoreTarget Create(EngineEnvironment environment, string destination)
    {
        var files = environment.Files;
        RefuseExisting(files, destination);
        DurableDirectory.Create(files, Path.GetDirectoryName(destination)!);
        RestoreFiles.TidyUp(files, destination);
        var target = new RestoreTarget(files, destination, RestoreFiles.Begin(environment, destination));
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
    public void Publish()
    {
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

    // A -wal or -journal of another database beside the restored one would be replayed into it by the next to open it.
    private static void RefuseExisting(IFileSystem files, string destination)
    {
        foreach (var companion in s_companions)
        {
            if (files.Find(destination + companion) is not null) throw Exists(destination, destination + companion);
        }
    }

    private static LitestreamException Exists(string destination, string found) => new(ErrorCode.RestoreTargetExists,
        $"'{destination}' is not restored because '{found}' exists.", found, "Restore to another path, or move that file away.");
}
