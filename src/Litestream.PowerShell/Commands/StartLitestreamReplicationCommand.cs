using System.Management.Automation;
using Litestream.Engine.Capture;
using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Binding;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Starts replicating databases: as jobs, or in the foreground.</summary>
[Cmdlet(VerbsLifecycle.Start, "LitestreamReplication", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplicationJob), typeof(LitestreamReplicationEvent))]
public sealed class StartLitestreamReplicationCommand : DatabaseCommand, IEventOutput
{
    /// <summary>Enough for a last sync of what a running replication lacks; somebody waits for the prompt.</summary>
    private static readonly TimeSpan s_ctrlC = TimeSpan.FromMilliseconds(350);

    private readonly List<(string Path, LitestreamReplica[] Replicas, string? MetadataPath)> _databases = [];
    private readonly List<(DatabaseConfiguration Database, TimeSpan? ShutdownTimeout)> _configured = [];
    private readonly List<(DatabaseFolder Folder, LitestreamConfiguration Configuration)> _folders = [];

    /// <summary>Databases; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Databases, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "DatabasePath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Folders or URLs of the replicas, all of the one database.</summary>
    // from the pipeline, too: a LitestreamDatabase there needs none, and nobody is asked for one before it comes
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PathSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>Folder for what waits to be shipped; without it, .NAME-litestream-ps beside the database.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? MetadataPath { get; set; }

    /// <summary>Under steady writes, the time between two WAL segments.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? SyncInterval { get; set; }

    /// <summary>The longest time between two snapshots of a database that changes; 0 for as many as Retention needs.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? SnapshotInterval { get; set; }

    /// <summary>How far back a replica can be restored to any time; 0 keeps all.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? Retention { get; set; }

    /// <summary>How often the replicas are looked through for what is older than Retention.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? RetentionCheckInterval { get; set; }

    /// <summary>How long the last sync may take when it is stopped.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? ShutdownTimeout { get; set; }

    /// <summary>Begin a new generation, though the former one could go on.</summary>
    [Parameter]
    public SwitchParameter NewGeneration { get; set; }

    /// <summary>Take over replicas that belong to another replication, which has ended for good.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>Bytes that may wait in the metadata folder for a replica.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? SpoolLimit { get; set; }

    /// <summary>Wait for a database that does not exist yet; its folder must.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter WaitForDatabase { get; set; }

    /// <summary>Name of the job; without it, the file name of the database, or of the configuration.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Stay in the foreground and write what happens until stopped.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ConfigPath is not null) Try(ConfigPath, () => AddConfigured(ConfigPath));
        else foreach (var path in LiteralPath ?? Path!) Try(path, () => Add(FindDatabases(path, LiteralPath is not null)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        EnsureApart();
        var sessions = new List<ReplicationSession>();
        var isStarted = false;
        try
        {
            AddSessions(sessions);
            var folders = ToReplications();
            if (sessions.Count == 0 && folders.Count == 0) return;
            isStarted = true;
            var group = new ReplicationGroup(sessions, folders);
            if (Wait) new ForegroundReplication(group, this).Run(InterruptLimit, PipelineStop);
            else WriteObject(StartJob(group, folders.Count > 0));
        }
        finally
        {
            if (!isStarted) sessions.ForEach(Abandon);
        }
    }

    /// <summary>One that is named again, with other replicas, has them all: what shows replications has a row for each.</summary>
    private void Add(IReadOnlyList<string> databases)
    {
        EnsureSettingsFit(Replica);
        // two spellings of a place are one place
        LitestreamReplica[] replicas = [.. Replica.Select(r => WithReplica(r, client => Complete(r, client.Url)))];
        var metadata = MetadataPath is null ? null : ResolvePath(MetadataPath);
        foreach (var database in databases)
        {
            var known = _databases.FindIndex(d => d.Path == database);
            if (known < 0) _databases.Add((database, replicas, metadata));
            else _databases[known] = (database, [.. _databases[known].Replicas, .. replicas], metadata);
        }
    }

    /// <summary>Two databases in one replica, or one metadata folder, would spoil each other.</summary>
    private void EnsureApart()
    {
        var shared = _databases.SelectMany(d => d.Replicas, (d, replica) => (d.Path, Target: replica.Url))
            .Concat(_databases.Where(d => d.MetadataPath is not null).Select(d => (d.Path, Target: d.MetadataPath!)))
            .GroupBy(d => d.Target, d => d.Path).FirstOrDefault(g => g.Distinct().Count() > 1);
        if (shared is null) return;
        var paths = shared.Distinct().ToList();
        ThrowTerminatingError(new LitestreamException(
            ErrorTable.TargetNotUnique, $"{paths.Count} databases are to be replicated to '{shared.Key}': {string.Join(", ", paths)}. None was started.",
            shared.Key, "Give each database a replica of its own, and a metadata folder of its own.").ToRecord());
    }

    /// <summary>Whoever presses Ctrl-C waits for it.</summary>
    private TimeSpan? InterruptLimit => ShutdownTimeout is null ? s_ctrlC : null;

    private void AddSessions(List<ReplicationSession> sessions)
    {
        foreach (var (database, replicas, metadata) in _databases)
            Try(database, () => AddSession(sessions, new ReplicationOptions { DatabasePath = database, MetadataPath = metadata, WaitForDatabase = WaitForDatabase }, replicas));
        foreach (var (database, timeout) in _configured)
        {
            Try(database.Path, () => AddSession(sessions, ToOptions(database, timeout), database.ToReplicas()));
        }
    }

    /// <summary>What keeps looking into the folders that are watched. It runs when the pipeline has long ended, and asks nobody.</summary>
    private List<FolderReplication> ToReplications()
    {
        var replications = new List<FolderReplication>();
        var location = SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        foreach (var (folder, configuration) in _folders)
        {
            if (!ShouldProcess($"{folder.Path}, {folder.Pattern}", "Start replication of the databases that come there")) continue;
            replications.Add(new(folder, path => configuration.FolderOf(path) == folder, Open, Environment));

            ReplicationSession Open(DatabaseConfiguration database) => new(
                Complete(ToOptions(database, configuration.ShutdownTimeout)),
                [.. database.ToReplicas().Select(r => ReplicaClients.Open(r.Url, location, Environment, SettingsOf(r)))], Environment)
            {
                InterruptLimit = InterruptLimit,
            };
        }

        if (replications.Count > 0) ProcessShutdown.Watch();
        return replications;
    }

    private static ReplicationOptions ToOptions(DatabaseConfiguration database, TimeSpan? shutdownTimeout)
    {
        var options = database.ToOptions();
        return shutdownTimeout is { } limit ? options with { ShutdownTimeout = limit } : options;
    }

    /// <summary>Of several, when an error was to end the pipeline before they were started.</summary>
    private static void Abandon(ReplicationSession session)
    {
        ReplicationRegistry.Remove(session);
        session.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void AddConfigured(string configPath)
    {
        var configuration = Configured.Read(configPath, !NoExpandEnvironment);
        var databases = FindConfigured();
        foreach (var database in databases)
            if (!_configured.Exists(c => c.Database.Path == database.Path)) _configured.Add((database, configuration.ShutdownTimeout));
        // who names databases means these, and none that come
        if (Database is not null) return;
        foreach (var folder in configuration.Folders)
        {
            if (folder.IsWatched) _folders.Add((folder, configuration));
            else if (!databases.Any(d => configuration.FolderOf(d.Path) == folder))
                Try(folder.Path, () => throw NoDatabase(folder));
        }
    }

    private static LitestreamException NoDatabase(DatabaseFolder folder) => new(
        nameof(ErrorCode.DatabaseNotFound), $"No database in '{folder.Path}' matches '{folder.Pattern}'.", folder.Path,
        "Correct 'dir' or 'pattern', or wait for databases with 'watch: true'.");

    private void AddSession(List<ReplicationSession> sessions, ReplicationOptions options, IReadOnlyCollection<LitestreamReplica> replicas)
    {
        var database = options.DatabasePath;
        // what is still to come is its application's to switch
        var mustSwitch = !(options.WaitForDatabase && DatabaseInspector.IsAwaitable(database, Environment))
            && !DatabaseInspector.Inspect(database, Environment).IsWal;
        if (mustSwitch && !MaySwitchJournalMode(database)) return;

        var session = new ReplicationSession(Complete(options) with { AllowJournalModeSwitch = mustSwitch }, OpenReplicas(replicas), Environment) { InterruptLimit = InterruptLimit };
        if (TryEnter(session, "Start replication to")) sessions.Add(session);
    }

    private LitestreamReplicationJob StartJob(ReplicationGroup group, bool isOfFolders)
    {
        var name = Name ?? System.IO.Path.GetFileName(ConfigPath is null || (!isOfFolders && group.Sessions.Count == 1) ? group.Sessions[0].DatabasePath : ResolvePath(ConfigPath));
        var job = new LitestreamReplicationJob(MyInvocation.Line.Trim(), name, group);
        JobRepository.Add(job);
        job.Start();
        return job;
    }

    /// <summary>What the parameters say, over what the configuration says.</summary>
    private ReplicationOptions Complete(ReplicationOptions options)
    {
        options = options with { NewGeneration = NewGeneration, TakeOver = TakeOver };
        if (SyncInterval is { } interval) options = options with { SyncInterval = interval };
        if (SnapshotInterval is { } snapshots) options = options with { SnapshotInterval = snapshots };
        if (Retention is { } retention) options = options with { Retention = retention };
        if (RetentionCheckInterval is { } checks) options = options with { RetentionCheckInterval = NotZero(checks) };
        if (ShutdownTimeout is { } timeout) options = options with { ShutdownTimeout = timeout };
        if (SpoolLimit is { } limit) options = options with { SpoolLimit = limit };
        return options;
    }

    private static TimeSpan NotZero(TimeSpan checks) => checks > TimeSpan.Zero ? checks : throw new LitestreamException(
        nameof(ErrorCode.InvalidArgument), "A replica can't be looked through all the time.", nameof(RetentionCheckInterval),
        "Give -RetentionCheckInterval a time above 0, or keep all with -Retention 0.");
}
