using System.Management.Automation;
using Litestream.Engine.Configuration;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Lists the databases that a configuration file names.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamDatabase")]
[OutputType(typeof(LitestreamDatabase))]
public sealed class GetLitestreamDatabaseCommand : LitestreamCommand
{
    private ConfiguredDatabases? _configured;

    /// <summary>Databases by path, file name or wildcard; without it, all.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConfigurationCompleter))]
    public string[]? Database { get; set; }

    /// <summary>The configuration file; without it, where Litestream looks for its own.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>Leave $NAME in the file as it is.</summary>
    [Parameter]
    public SwitchParameter NoExpandEnvironment { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var configPath = ConfigPath ?? ConfigurationReader.DefaultPath;
        Try(configPath, () =>
        {
            _configured ??= new(this);
            var configuration = _configured.Read(configPath, !NoExpandEnvironment);
            if (configuration is { Databases.Count: 0, Folders.Count: 0 } && Database is null)
            {
                WriteWarning($"{configuration.Path} names no database.");
                return;
            }

            var databases = _configured.Find(configPath, !NoExpandEnvironment, Database);
            var (running, failures) = this.SearchReplications(path: null, literal: false);
            foreach (var failure in failures) WriteVerbose(failure.Message);
            foreach (var database in databases) WriteObject(ToModel(database, configuration.Path, running));
        });
    }

    private LitestreamDatabase ToModel(DatabaseConfiguration database, string configPath, IReadOnlyList<RunningReplication> running)
    {
        var path = Environment.Files.ResolveLink(database.Path);
        var replication = running.FirstOrDefault(r => r.DatabasePath == path && r.Session is not { Completion.IsCompleted: true });
        return new()
        {
            Database = database.Path,
            Replicas = database.ToReplicas(),
            ReplicaNames = [.. database.Replicas.Select(r => r.Name)],
            Exists = Environment.Files.Find(database.Path) is { IsDirectory: false },
            IsReplicating = replication is not null,
            ProcessId = replication?.ProcessId,
            MetadataPath = database.MetadataPath,
            SyncInterval = database.SyncInterval,
            SnapshotInterval = database.SnapshotInterval,
            Retention = database.Retention,
            RetentionCheckInterval = database.RetentionCheckInterval,
            CheckpointPageCount = database.CheckpointPageCount,
            ConfigPath = configPath,
            NoExpandEnvironment = NoExpandEnvironment,
        };
    }
}
