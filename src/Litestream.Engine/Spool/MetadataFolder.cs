using System.Security.Cryptography;
using System.Text;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Spool;

/// <summary>Our folder beside a database. Its name differs from Litestream's, so that neither takes the other's for its own.</summary>
internal sealed class MetadataFolder : IDisposable
{
    private const UnixFileMode DirectoryBits = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly IDisposable[] _locks;

    private MetadataFolder(string root, UnixFileMode? fileMode, IDisposable[] locks)
    {
        Root = root;
        FileMode = fileMode;
        _locks = locks;
    }

    /// <summary>Path of the folder.</summary>
    public string Root { get; }

    /// <summary>The database's own permissions: what is spooled is its content.</summary>
    public UnixFileMode? FileMode { get; }

    /// <summary>Path of the state journal.</summary>
    public string StatePath => Path.Combine(Root, "state");

    /// <summary>The default place for a database.</summary>
    public static string DefaultPath(string databasePath) =>
        Path.Combine(Path.GetDirectoryName(databasePath)!, $".{Path.GetFileName(databasePath)}-litestream-ps");

    /// <summary>Creates the folder if need be and locks it, and the database itself, for this replication.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicationAlreadyRunning"/>,
    /// <see cref="ErrorCode.MetadataUnwritable"/>, <see cref="ErrorCode.DiskFull"/>.</exception>
    public static MetadataFolder Open(string root, string databasePath, EngineEnvironment environment)
    {
        var files = environment.Files;
        try
        {
            // a database that is still to come may be meant for nobody else
            var fileMode = files.GetUnixMode(databasePath) ?? UnixFileMode.UserRead | UnixFileMode.UserWrite;
            files.CreateDirectory(root, DirectoryModeFor(fileMode));
            return new(root, fileMode, Lock(root, databasePath, environment));
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            var wrapped = FileErrors.Wrap(e, root, "use the metadata folder", ErrorCode.MetadataUnwritable);
            throw wrapped.Code == ErrorCode.DiskFull ? wrapped : new LitestreamException(wrapped.Code, wrapped.Message, root,
                "Give a folder that this account may write with -MetadataPath.", e);
        }
    }

    /// <summary>Only to look into it: nothing is created or locked, and a replication may be using it.</summary>
    public static MetadataFolder Look(string root) => new(root, null, []);

    /// <summary>Path of an object in the spool.</summary>
    public string PathOf(string key) => Path.Combine(Root, key.Replace('/', Path.DirectorySeparatorChar));

    public void Dispose()
    {
        foreach (var held in _locks) held.Dispose();
    }

    /// <summary>Two locks: the folder's, and one that all replications of this database on the machine share whatever folder they
    /// use, because two of them would keep each other's WAL from getting small.</summary>
    private static IDisposable[] Lock(string root, string databasePath, EngineEnvironment environment)
    {
        // by name, not by inode: that of a deleted database may be another one's by now
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(databasePath)))[..32];
        var shared = Take(Path.Combine(environment.LockFolder, $"litestream-ps-{name}.lock"), $"'{databasePath}' is being replicated already.",
            "Stop the other replication first. Get-LitestreamReplication shows those of this account; it may be one of another account.");
        try
        {
            return [shared, Take(Path.Combine(root, "lock"), $"'{databasePath}' can't be replicated: another replication uses its metadata folder '{root}'.",
                "Give each database a metadata folder of its own (-MetadataPath).")];
        }
        catch
        {
            shared.Dispose();
            throw;
        }

        IDisposable Take(string path, string message, string hint) => environment.Files.TryLock(path) ?? throw new LitestreamException(
            ErrorCode.ReplicationAlreadyRunning, message, databasePath, hint);
    }

    private static UnixFileMode? DirectoryModeFor(UnixFileMode? fileMode)
    {
        if (fileMode is not { } mode) return null;
        var readers = mode & (UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        // who may read the files may enter the folder: read bits shifted to the execute bits
        return mode | (UnixFileMode)((int)readers >> 2) & DirectoryBits | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    }
}
