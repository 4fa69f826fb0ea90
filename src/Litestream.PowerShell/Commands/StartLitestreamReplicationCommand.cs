using System.Management.Automation;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Binding;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Starts replicating databases: as jobs, or in the foreground.</summary>
[Cmdlet(VerbsLifecycle.Start, "LitestreamReplication", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplicationJob), typeof(LitestreamReplicationEvent))]
public sealed class StartLitestreamReplicationCommand : DatabaseCommand, IEventOutput
{
    private readonly List<string> _databases = [];

    /// <summary>Databases; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Databases, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Folders or URLs of the replicas, all of the one database.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>Folder for what waits to be shipped; without it, .NAME-litestream-ps beside the database.</summary>
    [Parameter]
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
    [Parameter]
    public SwitchParameter WaitForDatabase { get; set; }

    /// <summary>Name of the job; without it, the database's file name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Stay in the foreground and write what happens until stopped.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in LiteralPath ?? Path!) Try(path, () => _databases.AddRange(FindDatabases(path, LiteralPath is not null)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_databases.Count > 1)
        {
            ThrowTerminatingError(new LitestreamException(
                ErrorTable.TargetNotUnique,
                $"{_databases.Count} databases are to be replicated to '{string.Join<LitestreamReplica>(", ", Replica)}': {string.Join(", ", _databases)}. None was started.",
                Replica[0].Url, "Start each database by itself, with a replica of its own.").ToRecord());
        }

        foreach (var database in _databases) Try(database, () => Start(database));
    }

    private void Start(string database)
    {
        // what is still to come is its application's to switch
        var mustSwitch = !(WaitForDatabase && DatabaseInspector.IsAwaitable(database, Environment))
            && !DatabaseInspector.Inspect(database, Environment).IsWal;
        if (mustSwitch && !MaySwitchJournalMode(database)) return;

        var session = new ReplicationSession(ToOptions(database, mustSwitch), OpenReplicas(Replica), Environment);
        if (!TryEnter(session, "Start replication to")) return;
        if (Wait) new ForegroundReplication([session], this).Run(PipelineStop);
        else WriteObject(StartJob(session));
    }

    private LitestreamReplicationJob StartJob(ReplicationSession session)
    {
        var job = new LitestreamReplicationJob(
            MyInvocation.Line.Trim(), Name ?? System.IO.Path.GetFileName(session.DatabasePath), session);
        JobRepository.Add(job);
        job.Start();
        return job;
    }

    private ReplicationOptions ToOptions(string database, bool allowJournalModeSwitch)
    {
        var options = new ReplicationOptions
        {
            DatabasePath = database,
            MetadataPath = MetadataPath is null ? null : ResolvePath(MetadataPath),
            AllowJournalModeSwitch = allowJournalModeSwitch,
            NewGeneration = NewGeneration,
            TakeOver = TakeOver,
            WaitForDatabase = WaitForDatabase,
        };
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
