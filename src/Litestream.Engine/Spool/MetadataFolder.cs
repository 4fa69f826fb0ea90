using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Spool;

/// <summary>Our folder beside a database. Its name differs from Litestream's, so that neither takes the other's for its own.</summary>
internal sealed class MetadataFolder : IDisposable
{
    private const UnixFileMode DirectoryBits = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly IDisposable _lock;

    private MetadataFolder(string root, UnixFileMode? fileMode, IDisposable folderLock)
    {
        Root = root;
        FileMode = fileMode;
        _lock = folderLock;
    }

    /// <summary>Path of the folder.</summary>
    public string Root { get; }

    /// <summary>The database's own permissions: what is spooled is its content.</summary>
    public UnixFileMode? FileMode { get; }

    /// <summary>Path of the state file.</summary>
    public string StatePath => Path.Combine(Root, "state.json");

    /// <summary>The default place for a database.</summary>
    public static string DefaultPath(string databasePath) =>
        Path.Combine(Path.GetDirectoryName(databasePath)!, $".{Path.GetFileName(databasePath)}-litestream-ps");

    /// <summary>Creates the folder if need be and locks it for this replication.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicationAlreadyRunning"/>,
    /// <see cref="ErrorCode.MetadataUnwritable"/>, <see cref="ErrorCode.DiskFull"/>.</exception>
    public static MetadataFolder Open(string root, string databasePath, IFileSystem files)
    {
        try
        {
            var fileMode = files.GetUnixMode(databasePath);
            files.CreateDirectory(root, DirectoryModeFor(fileMode));
            var folderLock = files.TryLock(Path.Combine(root, "lock")) ?? throw new LitestreamException(
                ErrorCode.ReplicationAlreadyRunning, $"'{databasePath}' is being replicated already: '{root}' is in use.",
                databasePath, "Stop the other replication first (Get-LitestreamReplication shows those of this process).");
            return new(root, fileMode, folderLock);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            var wrapped = FileErrors.Wrap(e, root, "use the metadata folder", ErrorCode.MetadataUnwritable);
            throw wrapped.Code == ErrorCode.DiskFull ? wrapped : new LitestreamException(wrapped.Code, wrapped.Message, root,
                "Give a folder that this account may write with -MetadataPath.", e);
        }
    }

    /// <summary>Path of an object in the spool.</summary>
    public string PathOf(string key) => Path.Combine(Root, key.Replace('/', Path.DirectorySeparatorChar));

    public void Dispose() => _lock.Dispose();

    private static UnixFileMode? DirectoryModeFor(UnixFileMode? fileMode)
    {
        if (fileMode is not { } mode) return null;
        var readers = mode & (UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        // who may read the files may enter the folder: read bits shifted to the execute bits
        return mode | (UnixFileMode)((int)readers >> 2) & DirectoryBits | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    }
}
