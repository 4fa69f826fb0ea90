using System.Management.Automation;
using Litestream.Engine.Drills;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Binding;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Drills;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;
using Litestream.PowerShell.Restoring;

namespace Litestream.PowerShell.Commands;

/// <summary>The restore drill: proves that a replica restores, by restoring it to a folder of its own, and checks what comes out.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LitestreamBackup", DefaultParameterSetName = PositionSet)]
[OutputType(typeof(LitestreamDrillResult))]
public sealed class TestLitestreamBackupCommand : ConfiguredReplicaCommand
{
    private const string PositionSet = "Position";
    private const string TimestampSet = "Timestamp";
    private const string RandomSet = "Random";

    /// <summary>Folder or URL of the replica.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PositionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TimestampSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RandomSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>The live database to compare with.</summary>
    [Parameter(Position = 1, ParameterSetName = PositionSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 1, ParameterSetName = TimestampSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 1, ParameterSetName = RandomSet, ValueFromPipelineByPropertyName = true)]
    [Alias("DatabasePath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Only this generation; without it, the one with the latest change that fits.</summary>
    // a replication that has only just started has none yet
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(GenerationCompleter))]
    public string? Generation { get; set; }

    /// <summary>The last WAL index to apply.</summary>
    [Parameter(ParameterSetName = PositionSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ConfigSet)]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(IndexCompleter))]
    public int? Index { get; set; }

    /// <summary>Where in the last index to stop: its commits up to this byte are applied.</summary>
    [Parameter(ParameterSetName = PositionSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ConfigSet)]
    [Alias("EndOffset")]
    [ValidateOffset]
    public long? Offset { get; set; }

    /// <summary>Restore the state of this time.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TimestampSet)]
    [Parameter(ParameterSetName = ConfigSet)]
    [TimeTransformation]
    public DateTimeOffset? Timestamp { get; set; }

    /// <summary>Restore any point that the replica promises.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RandomSet)]
    [Parameter(ParameterSetName = ConfigSet)]
    public SwitchParameter RandomPoint { get; set; }

    /// <summary>Where the restored database lies meanwhile; without it, the folder for temporary files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkingDirectory { get; set; }

    /// <summary>The largest database to restore, in bytes; a larger one is skipped.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? MaxSize { get; set; }

    /// <summary>A query whose first value shall be neither zero nor null.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AssertSql { get; set; }

    /// <summary>A script that shall throw nothing and return nothing false.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? Assert { get; set; }

    /// <summary>Do not check foreign keys.</summary>
    [Parameter]
    public SwitchParameter SkipForeignKeyCheck { get; set; }

    /// <summary>Keep the restored database.</summary>
    [Parameter]
    public SwitchParameter KeepCopy { get; set; }

    /// <summary>How long each drill may take.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachReplica(Replica, Test);

    private void Test(IReplicaClient client, ReplicaSource source)
    {
        var (replica, request) = (source.Replica, ToRequest(FindLive(source), source, client.Url));
        var reading = new ReplicaReading(new(client), $"Reading {client.Url}");
        var progress = new RestoreProgressView(client.Url, activity: 1, reading);
        using var work = new InterruptibleWork(PipelineStop);
        using var run = WaitWithProgress(token => DrillAsync(reading.Replica, request, progress, work, token), progress);
        // an assertion does not know of it
        using var interruption = work.Token.Register(() => LetGo(run, work));
        var result = Assert is null || run.RestoredPath is null || run.Result.Verdict == DrillVerdict.Failed
            ? run.Result
            : run.Result.WithAssertion(FindBroken(run, replica, request, out var duration), duration);
        var model = result.ToModel(replica, request.Source?.Path, result.KeptCopy);
        WriteObject(model);
        // the object comes first: -ErrorAction Stop must not keep it back
        if (model.Error is not { } error) return;
        if (result.Verdict == DrillVerdict.Failed) WriteError(error.ToRecord(client.Url));
        else WriteWarning($"The drill of '{client.Url}' is {(result.Verdict == DrillVerdict.Skipped ? "skipped" : "inconclusive")}: {error.Message} {error.Hint}");
    }

    private static async Task<DrillRun> DrillAsync(
        IReplicaClient replica, DrillRequest request, RestoreProgressView progress, InterruptibleWork work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(work.Token, cancellationToken);
        return await new Drill(Environment).RunAsync(replica, request, progress, either.Token).ConfigureAwait(false);
    }

    private static void LetGo(DrillRun run, InterruptibleWork work)
    {
        // after Ctrl-C the assertion ends first
        if (!ProcessShutdown.IsUnderWay) return;
        run.Dispose();
        work.End();
    }

    private string? FindBroken(DrillRun run, LitestreamReplica replica, DrillRequest request, out TimeSpan duration)
    {
        var began = Environment.Time.GetTimestamp();
        var broken = new ScriptAssertion(Assert!).FindBroken(run.RestoredPath!, run.Result.ToModel(replica, request.Source?.Path, run.RestoredPath));
        duration = Environment.Time.GetElapsedTime(began);
        return broken;
    }

    /// <summary>The database to compare with; null for none. One in a file may live on another machine.</summary>
    private string? FindLive(ReplicaSource source)
    {
        if (source.Database is not { } database) return Path is null ? null : ResolvePath(Path);
        if (Environment.Files.Find(database.Path) is { IsDirectory: false }) return database.Path;
        WriteWarning($"'{database.Path}' does not exist, so that what is restored is compared with nothing.");
        return null;
    }

    private DrillRequest ToRequest(string? live, ReplicaSource replicated, string url)
    {
        var path = live is null ? null : Environment.Files.ResolveLink(live);
        var source = path is null ? null : new DrillSource(path, this.FindReplication(path, url));
        var request = new DrillRequest
        {
            Point = new()
            {
                Generation = string.IsNullOrEmpty(Generation) ? null : ReplicaCommand.ParseGeneration(Generation),
                Index = Index,
                Offset = Offset,
                Timestamp = Timestamp,
            },
            IsRandom = RandomPoint,
            Source = source,
            DatabasePath = replicated.Database is { } database ? Environment.Files.ResolveLink(database.Path) : source?.Path,
            MetadataPath = replicated.Database?.MetadataPath,
            KeepCopy = KeepCopy,
            MaxSize = MaxSize,
            ChecksForeignKeys = !SkipForeignKeyCheck,
            AssertSql = AssertSql,
            Timeout = Timeout,
        };
        if (WorkingDirectory is not null) request = request with { WorkingFolder = ResolvePath(WorkingDirectory) };
        return source is null ? request : request with { FileName = System.IO.Path.GetFileName(source.Path) };
    }
}
