using System.Globalization;
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
    private IFile? _file;

    private RestoreTarget(EngineEnvironment environment, string destination)
    {
        _files = environment.Files;
        _destination = destination;
        PartialPath = string.Create(CultureInfo.InvariantCulture, $"{destination}.restore-{environment.Random.Next():x8}");
    }

    /// <summary>The file while it is incomplete.</summary>
    public string PartialPath { get; }

    /// <summary>Where a large transaction may be put aside.</summary>
    public string SpillPath => PartialPath + "-spill";

    /// <summary>The open file.</summary>
    public IFile File => _file!;

    /// <summary>Creates the incomplete file; refuses when something is at the target or beside it.</summary>
    public static RestoreTarget Create(EngineEnvironment environment, string destination)
    {
        var target = new RestoreTarget(environment, destination);
        target.RefuseExisting();
        DurableDirectory.Create(target._files, Path.GetDirectoryName(destination)!);
        target._file = target._files.Open(target.PartialPath, FileOpenMode.CreateNew, OwnerOnly);
        return target;
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
        RefuseExisting();
        try
        {
            _files.Rename(PartialPath, _destination, overwrite: false);
        }
        catch (IOException) when (_files.Find(_destination) is not null)
        {
            throw Exists(_destination);
        }

        _files.FlushDirectory(Path.GetDirectoryName(_destination)!);
    }

    /// <summary>Removes what has not got its name.</summary>
    public void Dispose()
    {
        Close();
        _files.Delete(PartialPath);
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    // A -wal or -journal of another database beside the restored one would be replayed into it by the next to open it.
    private void RefuseExisting()
    {
        foreach (var companion in s_companions)
        {
            if (_files.Find(_destination + companion) is not null) throw Exists(_destination + companion);
        }
    }

    private LitestreamException Exists(string found) => new(ErrorCode.RestoreTargetExists,
        $"'{_destination}' is not restored because '{found}' exists.", found, "Restore to another path, or move that file away.");
}
