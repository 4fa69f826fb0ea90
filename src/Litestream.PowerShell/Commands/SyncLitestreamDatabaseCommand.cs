using System.Management.Automation;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Binding;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Commands;

/// <summary>Brings what is committed now to the replicas and returns when all of them confirm it: pushes the replication that runs, in
/// whatever process, or runs one for so long.</summary>
[Cmdlet(VerbsData.Sync, "LitestreamDatabase", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamSyncResult))]
public sealed class SyncLitestreamDatabaseCommand : DatabaseCommand
{
    /// <summary>Another sync may begin or end between the look at what runs and the attempt; then there is a look again.</summary>
    private const int Attempts = 10;
    private const int MillisecondsBetween = 100;

    /// <summary>Short: what comes after the confirmation, or had none in time, waits in the metadata folder for the next sync.</summary>
    private static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(3);

    private readonly List<string> _databases = [];
    private readonly List<(ReplicationOptions Options, LitestreamReplica[] Replicas)> _configured = [];
    private readonly HashSet<(int, string)> _pushed = [];

    /// <summary>Databases; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ReplicationCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Databases, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "DatabasePath")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReplicationCompleter))]
    public string[]? LiteralPath { get; set; }

    /// <summary>Folders or URLs of the replicas, all of the one database; without it only replications that run are pushed.</summary>
    [Parameter(Position = 1, ParameterSetName = PathSet)]
    [Parameter(Position = 1, ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[]? Replica { get; set; }

    /// <summary>Folder for what waits to be shipped; without it, .NAME-litestream-ps beside the database.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    public string? MetadataPath { get; set; }

    /// <summary>Take over replicas that belong to another replication, which has ended for good.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>How long each database may take.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ConfigPath is not null)
        {
            Try(ConfigPath, AddConfigured);
            return;
        }

        foreach (var path in LiteralPath ?? Path!)
        {
            var literal = LiteralPath is not null;
            if (Replica is not null) Try(path, () => _databases.AddRange(FindDatabases(path, literal).Except(_databases)));
            else Try(path, () => PushAll(path, literal));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_databases.Count > 1)
        {
            ThrowTerminatingError(new LitestreamException(
                ErrorTable.TargetNotUnique,
                $"{_databases.Count} databases are to be synced to '{string.Join<LitestreamReplica>(", ", Replica!)}': {string.Join(", ", _databases)}. None was.",
                Replica![0].Url, "Sync each database by itself, with a replica of its own.").ToRecord());
        }

        foreach (var database in _databases)
            Try(database, () => Sync(new() { DatabasePath = database, MetadataPath = MetadataPath is null ? null : ResolvePath(MetadataPath) }, Replica!));
        foreach (var (options, replicas) in _configured) Try(options.DatabasePath, () => Sync(options, replicas));
    }

    private void AddConfigured()
    {
        foreach (var database in FindConfigured())
        {
            if (!_configured.Exists(c => c.Options.DatabasePath == database.Path))
                _configured.Add((database.ToOptions() with { WaitForDatabase = false }, database.ToReplicas()));
        }
    }

    private void PushAll(string path, bool literal)
    {
        var found = this.FindReplications(path, literal);
        foreach (var replication in found.Where(r => IsRunning(r) || IsLacking(r, found)))
        {
            if (_pushed.Add((replication.ProcessId, replication.DatabasePath))) Try(replication.DatabasePath, () => Push(replication, replicas: null));
        }
    }

    /// <summary>Whether one has failed, so that a push tells how, and no other goes on with its database.</summary>
    private static bool IsLacking(RunningReplication replication, IReadOnlyList<RunningReplication> found) =>
        replication.Control.Status.State == ReplicationState.Failed && !found.Any(r => IsRunning(r) && r.DatabasePath == replication.DatabasePath);

    private void Sync(ReplicationOptions options, LitestreamReplica[] replicas)
    {
        var database = options.DatabasePath;
        for (var attempt = 1; ; attempt++)
        {
            // whoever can't be asked may have the database or not: its lock decides
            var (found, failures) = this.SearchReplications(database, literal: true);
            foreach (var failure in failures) WriteWarning(failure.Message);
            try
            {
                if (found.FirstOrDefault(IsRunning) is { } running) Push(running, replicas);
                else RunOnce(options, replicas);
                return;
            }
            catch (EngineException e) when (attempt < Attempts && failures.Count == 0
                && e.Code is ErrorCode.ReplicationEnded or ErrorCode.ReplicationAlreadyRunning)
            {
                WriteVerbose(e.Message);
            }

            Await(async token =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(MillisecondsBetween), Environment.Time, token).ConfigureAwait(false);
                return true;
            });
        }
    }

    /// <summary>One that failed is shown until it is started again; it syncs nothing.</summary>
    private static bool IsRunning(RunningReplication replication) => replication.Session is not { Completion.IsCompleted: true };

    private void Push(RunningReplication running, LitestreamReplica[]? replicas)
    {
        if (replicas is not null) EnsureReplicates(running, replicas);
        if (!ShouldProcess(running.DatabasePath, $"Sync the replication of process {running.ProcessId}")) return;
        var view = new WaitingView(running, $"Syncing {running.DatabasePath}");
        // it may pass, and the sync waits for that: for longer than somebody waits who is told nothing
        if (running.Control.Status is { State: ReplicationState.Waiting, LastError: { } obstacle }) WriteWarning($"{running.DatabasePath}: {obstacle.Message}");
        var result = Limited(running, limit => WaitWithProgress(_ => running.Control.SyncAsync(limit), view));
        WriteObject(result.ToModel(running.DatabasePath, running.ProcessId, wasRunning: true));
    }

    private void EnsureReplicates(RunningReplication running, LitestreamReplica[] replicas)
    {
        var clients = OpenReplicas(replicas);
        foreach (var client in clients) client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (clients.Select(c => c.Url).Except(running.Control.Status.Replicas.Select(r => r.Url)).FirstOrDefault() is { } missing)
            throw new EngineException(ErrorCode.InvalidArgument,
                $"'{running.DatabasePath}' is being replicated by process {running.ProcessId}, but not to '{missing}'.", running.DatabasePath,
                "Stop that replication and start it with all replicas, or leave -Replica out.");
    }

    private void RunOnce(ReplicationOptions options, LitestreamReplica[] replicas)
    {
        var database = options.DatabasePath;
        var info = DatabaseInspector.Inspect(database, Environment);
        if (!info.IsWal && !MaySwitchJournalMode(database)) return;
        options = options with { AllowJournalModeSwitch = !info.IsWal, TakeOver = TakeOver, ShutdownTimeout = s_shutdownTimeout };
        var session = new ReplicationSession(options, OpenReplicas(replicas), Environment);
        if (!TryEnter(session, "Sync to")) return;

        var once = new OneShot(session, new WarningOutput(this));
        SyncResult result;
        try
        {
            result = Limited(new(session, System.Environment.ProcessId), limit => Await(_ => once.Run(limit, PipelineStop)));
        }
        catch (EngineException e) when (once.IsStoppedByOthers)
        {
            throw new LitestreamException(
                nameof(ErrorCode.ReplicationEnded), $"The sync of '{database}' was stopped, by Stop-LitestreamReplication, before the replicas had everything.", database,
                "Sync it again: the next one goes on.", e);
        }

        WriteObject(result.ToModel(database, System.Environment.ProcessId, wasRunning: false));
        AwaitEnd(session);
    }

    /// <summary>The sync is confirmed; what the database got since then need not be.</summary>
    private void AwaitEnd(ReplicationSession session)
    {
        try
        {
            session.Completion.GetAwaiter().GetResult();
        }
        catch (EngineException e) when (e.Code == ErrorCode.Timeout)
        {
            WriteWarning(e.Message);
        }
    }

    private SyncResult Limited(RunningReplication running, Func<CancellationToken, SyncResult> sync)
    {
        using var late = new CancellationTokenSource(Timeout, Environment.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, PipelineStop);
        try
        {
            return sync(limit.Token);
        }
        catch (OperationCanceledException) when (!PipelineStop.IsCancellationRequested)
        {
            var failure = running.Control.Status.Replicas.Select(r => r.LastError).Append(running.Control.Status.LastError).FirstOrDefault(e => e is not null);
            throw new EngineException(ErrorCode.Timeout,
                $"No confirmation of '{running.DatabasePath}' within {Timeout.InSeconds()}.{(failure is null ? string.Empty : $" The last failure: {failure.Message}")}",
                running.DatabasePath, "Nothing is lost, and the next sync goes on; if it needs more time, give it with -Timeout.", failure);
        }
    }
}
