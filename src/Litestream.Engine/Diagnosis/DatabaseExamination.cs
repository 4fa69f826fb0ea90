using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Diagnosis;

/// <summary>Looks at a database and where it lies, as replication would find it. Changes nothing: the database is read through SQLite, without a lock.</summary>
public sealed class DatabaseExamination
{
    private const string DatabaseCheck = "Database";
    private const string ModeCheck = "JournalMode";
    private const string WalCheck = "WalSize";
    private const string JournalCheck = "RollbackJournal";

    /// <summary>A WAL that is larger, and larger than the database, is not checkpointed as it should be.</summary>
    private const long LargeWal = 64 << 20;

    private readonly EngineEnvironment _environment;
    private readonly SqliteExamination _sqlite;
    private readonly VolumeExamination _volumes;

    /// <summary>On this machine.</summary>
    /// <param name="environment">Files and VFS.</param>
    public DatabaseExamination(EngineEnvironment environment)
        : this(environment, VolumeInfo.Read, ProcessLibraries.FindUsers)
    {
    }

    internal DatabaseExamination(
        EngineEnvironment environment, Func<string, VolumeInfo> readVolume, Func<IReadOnlyCollection<FileIdentity>, IEnumerable<FileUser>> findUsers) =>
        (_environment, _volumes, _sqlite) = (environment, new(environment.Files, readVolume), new(findUsers));

    private IFileSystem Files => _environment.Files;

    /// <summary>The SQLite that the module brings.</summary>
    public static EnvironmentFinding ExamineModule() => SqliteExamination.ExamineModule();

    /// <summary>Looks at a database.</summary>
    /// <param name="databasePath">Full path of the database; need not exist.</param>
    /// <param name="metadataPath">Full path of its metadata folder; null for the one beside it.</param>
    public IEnumerable<EnvironmentFinding> Examine(string databasePath, string? metadataPath)
    {
        var path = Files.ResolveLink(databasePath);
        var metadata = metadataPath ?? MetadataFolder.DefaultPath(path);
        if (FindDatabase(path, out var info) is { } trouble) yield return trouble;
        var size = Files.Find(path)?.Length ?? 0;
        if (info is not null)
        {
            yield return JudgeMode(info);
            if (Files.Identify(path) is { } identity)
                foreach (var finding in _sqlite.ExamineApplications(path, identity)) yield return finding;
            foreach (var finding in JudgeLogs(path, size)) yield return finding;
            foreach (var finding in AccessExamination.ExamineFiles(path)) yield return finding;
            foreach (var finding in _volumes.ExamineDatabase(path, size)) yield return finding;
        }

        yield return AccessExamination.ExamineMetadata(metadata);
        foreach (var finding in _volumes.ExamineMetadata(metadata, size)) yield return finding;
    }

    /// <summary>Looks at the volume of a replica in a folder.</summary>
    /// <param name="folder">Full path of the replica; need not exist.</param>
    /// <param name="databasePath">Full path of its database; null if it is not known.</param>
    public IEnumerable<EnvironmentFinding> ExamineReplicaVolume(string folder, string? databasePath) =>
        _volumes.ExamineReplica(folder, databasePath, databasePath is null ? 0 : Files.Find(Files.ResolveLink(databasePath))?.Length ?? 0);

    /// <returns>Why it can't be replicated; null if nothing is wrong with the file.</returns>
    private EnvironmentFinding? FindDatabase(string path, out DatabaseInfo? info)
    {
        info = null;
        try
        {
            info = DatabaseInspector.Inspect(path, _environment);
            return info.IsEmpty ? new(FindingSeverity.Information, DatabaseCheck, path, "The database has no page yet: replication waits for the first.") : null;
        }
        catch (LitestreamException e)
        {
            return e.Code == ErrorCode.DatabaseNotFound && DatabaseInspector.IsAwaitable(path, _environment)
                ? new(FindingSeverity.Warning, DatabaseCheck, path, e.Message, "Correct the path, or start with -WaitForDatabase: databases of a configuration are waited for.")
                : EnvironmentFinding.Of(DatabaseCheck, path, e);
        }
    }

    private static EnvironmentFinding JudgeMode(DatabaseInfo info) => info switch
    {
        { IsEmpty: true } => new(FindingSeverity.Information, ModeCheck, info.Path, "Its journal mode is told with its first page.", "Let the application set PRAGMA journal_mode=wal."),
        { IsWal: true } => EnvironmentFinding.Ok(ModeCheck, info.Path, "The database is in WAL mode."),
        _ => new(FindingSeverity.Warning, ModeCheck, info.Path, "The database is not in WAL mode, which replication needs.",
            "Let the application set PRAGMA journal_mode=wal; or Start-LitestreamReplication switches it, after it has asked."),
    };

    private IEnumerable<EnvironmentFinding> JudgeLogs(string path, long size)
    {
        var wal = Files.Find(path + "-wal")?.Length ?? 0;
        var text = $"The WAL has {SizeText.InUnits(wal)}, the database {SizeText.InUnits(size)}.";
        yield return wal > Math.Max(LargeWal, size)
            ? new(FindingSeverity.Warning, WalCheck, path, text, "Somebody keeps it from being checkpointed: look for a read transaction that does not end, or an application without checkpoints.")
            : EnvironmentFinding.Ok(WalCheck, path, text);
        if (Files.Find(path + "-journal") is { Length: > 0 })
            yield return new(FindingSeverity.Information, JournalCheck, path, "A transaction with a rollback journal is under way, or was broken off.",
                "If nobody has the database open, open it once with its application, which takes it back.");
    }
}
