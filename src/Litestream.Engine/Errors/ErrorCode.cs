namespace Litestream.Engine.Errors;

/// <summary>What went wrong, as a stable name. The names are API: the module shows them as error ids.</summary>
public enum ErrorCode
{
    /// <summary>The database file does not exist.</summary>
    DatabaseNotFound,

    /// <summary>The file exists but is not a SQLite database (or is encrypted as a whole).</summary>
    NotADatabase,

    /// <summary>The database is not in WAL mode and the caller did not allow switching it.</summary>
    DatabaseNotWal,

    /// <summary>A journal mode or format that can't be replicated (for example wal2).</summary>
    DatabaseUnsupported,

    /// <summary>Another process holds the database so that it can't be read (for example locking_mode=EXCLUSIVE).</summary>
    DatabaseLocked,

    /// <summary>Another copy of SQLite in this process has the database open, and ours has no descriptors of its own: locks do not keep it and ours apart.</summary>
    DatabaseShared,

    /// <summary>SQLite answered with an error that has no better name.</summary>
    DatabaseError,

    /// <summary>The database is being replicated already, by this or another process.</summary>
    ReplicationAlreadyRunning,

    /// <summary>This process may have too few handles open for one more replication.</summary>
    TooManyReplications,

    /// <summary>The replication has ended, so that it does nothing more.</summary>
    ReplicationEnded,

    /// <summary>The process that replicates does not answer, or not so that it can be understood.</summary>
    ReplicationUnreachable,

    /// <summary>The metadata folder can't be created or written.</summary>
    MetadataUnwritable,

    /// <summary>A file of the metadata folder does not hold what it should.</summary>
    MetadataCorrupt,

    /// <summary>The replica URL or path can't be understood.</summary>
    ReplicaUrlInvalid,

    /// <summary>Nothing is at the replica's place, or it holds no generation.</summary>
    ReplicaNotFound,

    /// <summary>The replica is of another format than Litestream 0.3's generations.</summary>
    ReplicaFormatUnknown,

    /// <summary>The replica's store refuses access.</summary>
    ReplicaAccessDenied,

    /// <summary>The replica's store can't be reached or fails for now.</summary>
    ReplicaUnavailable,

    /// <summary>The replica belongs to another replication.</summary>
    ReplicaInUse,

    /// <summary>The replica is not what it was when a deletion was planned.</summary>
    ReplicaChanged,

    /// <summary>The replica holds no such generation.</summary>
    GenerationNotFound,

    /// <summary>The replica can't restore the asked index, offset or time.</summary>
    RestorePointNotFound,

    /// <summary>An object that the restore needs is not there: a gap.</summary>
    ObjectMissing,

    /// <summary>An object of the replica is truncated, overlaps another one or is otherwise not what its name says.</summary>
    ObjectCorrupt,

    /// <summary>A checksum in an object does not hold.</summary>
    ChecksumMismatch,

    /// <summary>An object is encrypted with age, which this module does not read.</summary>
    ObjectEncrypted,

    /// <summary>The restore target, or a -wal, -shm or -journal file beside it, exists.</summary>
    RestoreTargetExists,

    /// <summary>The database that is to be replaced is used by somebody.</summary>
    RestoreTargetInUse,

    /// <summary>The restore target's folder can't be written.</summary>
    RestoreTargetUnwritable,

    /// <summary>The restored database does not pass SQLite's check.</summary>
    IntegrityCheckFailed,

    /// <summary>The database is larger than the restore may make it.</summary>
    RestoreTooLarge,

    /// <summary>Rows of the restored database refer to rows that are not there.</summary>
    ForeignKeyViolated,

    /// <summary>The restored database is not what the live one was at the same position.</summary>
    LiveDatabaseDiffers,

    /// <summary>No commit of the replica is what the live database held, and nothing proves that one has to be.</summary>
    LiveStateNotFound,

    /// <summary>What the caller asserts of the restored database does not hold.</summary>
    AssertionFailed,

    /// <summary>No space is left on a device.</summary>
    DiskFull,

    /// <summary>A file operation failed for another reason.</summary>
    FileError,

    /// <summary>The linked SQLite has the WAL-reset bug.</summary>
    SqliteTooOld,

    /// <summary>The native SQLite library for this platform is not there.</summary>
    NativeLibraryMissing,

    /// <summary>The source moves and the replica's position does not.</summary>
    ReplicationStalled,

    /// <summary>Something took longer than it may.</summary>
    Timeout,

    /// <summary>A configuration file says something that can't be understood or done.</summary>
    InvalidConfiguration,

    /// <summary>There is no such configuration file.</summary>
    ConfigurationNotFound,

    /// <summary>An argument, or a combination of arguments, makes no sense.</summary>
    InvalidArgument,
}
