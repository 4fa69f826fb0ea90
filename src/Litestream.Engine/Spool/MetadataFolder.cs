using System.Security.Cryptography;
using System.Text;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Spool;

/// <summary>Our folder beside a database. Its name differs from Litestream's, so that neither takes the other's for its own.</summary>
internal sealed class MetadataFolder : IDisposable
{
    private const string LockName = "lock";
    private const UnixFileMode DirectoryBits = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _databasePath;
    private readonly IFileSystem? _files;
    private readonly IDisposable? _shared;
    private IDisposable? _own;
    private FileIdentity? _lockFile;
    private FileEntry? _stateWhenLetGo;

    private MetadataFolder(string root, string databasePath, UnixFileMode? fileMode, IFileSystem? files = null, IDisposable? shared = null)
    {
        Root = root;
        FileMode = fileMode;
        (_databasePath, _files, _shared) = (databasePath, files, shared);
    }

    /// <summary>Path of the folder.</summary>
    public string Root { get; }

    /// <summary>The database's own permissions, where they mean the same people: what is spooled is its content.</summary>
    public UnixFileMode? FileMode { get; }

    /// <summary>The folder's own name, see <see cref="MetadataIdentity"/>; null before somebody has asked for it.</summary>
    public string? Id { get; set; }

    /// <summary>Is called when the folder is locked that was made again: what it has to hold beside the state is to be written.</summary>
    public Action MadeAgain { get; set; } = () => { };

    /// <summary>Whether the folder, or the lock in it, was removed: what is there now is nobody's, or another's. On Windows nobody can remove a file that is locked.</summary>
    /// <exception cref="IOException">That can't be seen.</exception>
    public bool IsLost => !OperatingSystem.IsWindows() && _files is not null && _files.Identify(LockPath) != _lockFile;

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
            // to other people they would mean something else, as where root replicates what belongs to a service
            if (!files.SharesOwner(databasePath, root)) fileMode &= UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return Lock(root, databasePath, fileMode, environment);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            var wrapped = FileErrors.Wrap(e, root, "use the metadata folder", ErrorCode.MetadataUnwritable);
            throw wrapped.Code == ErrorCode.DiskFull ? wrapped : new LitestreamException(wrapped.Code, wrapped.Message, root,
                "Give a folder that this account may write with -MetadataPath.", e);
        }
    }

    /// <summary>Makes the folder again where it, or its lock, was removed, and locks it. What waited there is gone, and the state with it.</summary>
    /// <returns>False if it was not removed.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicationAlreadyRunning"/>, or <see cref="ErrorCode.MetadataCorrupt"/>: another replication uses, or has used,
    /// a folder at its place.</exception>
    public bool TryMakeAgain()
    {
        if (!IsLost) return false;
        // where even that is gone it is not for us to make, as a folder that a volume is to be mounted on
        if (_files!.Find(Path.GetDirectoryName(Root)!) is null) throw new DirectoryNotFoundException($"The folder of '{Root}' is gone.");
        _files.CreateDirectory(Root, DirectoryModeFor(FileMode));
        var own = TakeOwn(Root, _databasePath, FileMode, _files);
        try
        {
            // before anything is written there: whoever has another name is another replication
            if (MetadataIdentity.Read(this, _files) is { } id && id != Id) throw IsAnothers();
            if (Id is not null) MetadataIdentity.Write(this, _files);
            MadeAgain();
            _lockFile = _files.Identify(LockPath);
        }
        catch
        {
            own.Dispose();
            throw;
        }

        _own?.Dispose();
        _own = own;
        return true;
    }

    /// <summary>Makes sure that what is written there now is not lost, and is not written to another's folder.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.MetadataCorrupt"/>.</exception>
    public void EnsureThere()
    {
        if (IsLost) throw new LitestreamException(ErrorCode.MetadataCorrupt, $"The metadata folder '{Root}' of '{_databasePath}' was removed while it was used.", Root,
            "Leave the metadata folder alone while a replication uses it; it is made again, and a new generation follows.");
    }

    /// <summary>Only to look into it: nothing is created or locked, and a replication may be using it.</summary>
    public static MetadataFolder Look(string root) => new(root, "", null);

    /// <summary>Path of an object in the spool.</summary>
    public string PathOf(string key) => Path.Combine(Root, key.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Lets the folder's own lock go: who replicates thousands of databases needs the handle. The other one keeps replications of the same database
    /// out; only one of another database could use the folder now, by mistake.</summary>
    public void LetGo()
    {
        _stateWhenLetGo = _files!.Find(StatePath);
        _own?.Dispose();
        _own = null;
    }

    /// <summary>Takes it back.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicationAlreadyRunning"/>, or <see cref="ErrorCode.MetadataCorrupt"/> when somebody has used
    /// the folder meanwhile.</exception>
    public void TakeBack()
    {
        if (_own is not null) return;
        EnsureThere();
        var own = TakeOwn(Root, _databasePath, FileMode, _files!);
        try
        {
            if (_files!.Find(StatePath) != _stateWhenLetGo)
                throw IsAnothers();
            _own = own;
        }
        finally
        {
            // held by nobody who knows of it, it would keep out the next try, too
            if (_own is null) own.Dispose();
        }
    }

    public void Dispose()
    {
        _shared?.Dispose();
        _own?.Dispose();
    }

    /// <summary>Two locks: the folder's, and one that all replications of this database on the machine share whatever folder they
    /// use, because two of them would keep each other's WAL from getting small.</summary>
    private static MetadataFolder Lock(string root, string databasePath, UnixFileMode? fileMode, EngineEnvironment environment)
    {
        // by name, not by inode: that of a deleted database may be another one's by now
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(databasePath)))[..32];
        var shared = Take(environment.Files, Path.Combine(environment.LockFolder, $"litestream-ps-{name}.lock"), databasePath, fileMode, $"'{databasePath}' is being replicated already.",
            "Stop the other replication first: Get-LitestreamReplication shows those of this account. It may be one of another account, or one that was stopped while the device of its metadata folder hung: that lets go when the device answers.");
        var folder = new MetadataFolder(root, databasePath, fileMode, environment.Files, shared);
        try
        {
            // behind the other lock: as long as a device hangs that a replication of this database has its folder on, it alone can tell
            environment.Files.CreateDirectory(root, DirectoryModeFor(fileMode));
            folder._own = TakeOwn(root, databasePath, fileMode, environment.Files);
            folder._lockFile = environment.Files.Identify(folder.LockPath);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private string LockPath => Path.Combine(Root, LockName);

    private LitestreamException IsAnothers() => new(ErrorCode.MetadataCorrupt,
        $"Another replication has used the metadata folder '{Root}' of '{_databasePath}' while this one was not in it.", _databasePath,
        "Give each database a metadata folder of its own (-MetadataPath), and start this replication again.");

    private static IDisposable TakeOwn(string root, string databasePath, UnixFileMode? fileMode, IFileSystem files) => Take(files, Path.Combine(root, LockName), databasePath, fileMode,
        $"'{databasePath}' can't be replicated: another replication uses its metadata folder '{root}'.",
        "Give each database a metadata folder of its own (-MetadataPath).");

    private static IDisposable Take(IFileSystem files, string path, string databasePath, UnixFileMode? fileMode, string message, string hint) =>
        files.TryLock(path, fileMode) ?? throw new LitestreamException(ErrorCode.ReplicationAlreadyRunning, message, databasePath, hint);

    private static UnixFileMode? DirectoryModeFor(UnixFileMode? fileMode)
    {
        if (fileMode is not { } mode) return null;
        var readers = mode & (UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        // who may read the files may enter the folder: read bits shifted to the execute bits
        return mode | (UnixFileMode)((int)readers >> 2) & DirectoryBits | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    }
}
