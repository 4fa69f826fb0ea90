using System.Management.Automation;
using Litestream.Engine.Diagnosis;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Commands;

/// <summary>Looks whether databases and replicas are fit for replication, and tells what is not.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LitestreamEnvironment", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(LitestreamEnvironmentFinding))]
public sealed class TestLitestreamEnvironmentCommand : ConfiguredReplicaCommand
{
    private string? _database;

    /// <summary>Databases.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Databases, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "DatabasePath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Folders or URLs of replicas.</summary>
    [Parameter(Position = 1, ParameterSetName = PathSet)]
    [Parameter(Position = 1, ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>The metadata folder, if it is not the one beside the database.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    public string? MetadataPath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => Try(target: null, () => Write(DatabaseExamination.ExamineModule()));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ConfigPath is not null)
        {
            Try(ConfigPath, () =>
            {
                foreach (var database in FindConfigured())
                {
                    Examine(database.Path, database.MetadataPath);
                    Try(database.Path, () => ReplicasOf(database).ForEach(r => Probe(r, database.Path)));
                }
            });
            return;
        }

        foreach (var path in LiteralPath ?? Path)
        {
            Try(path, () =>
            {
                foreach (var database in FindDatabases(path, LiteralPath is not null))
                {
                    _database = database;
                    Examine(database, MetadataPath is null ? null : ResolvePath(MetadataPath));
                }
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ConfigPath is null) foreach (var replica in Replica) Probe(replica, _database);
    }

    private void Examine(string database, string? metadataPath) => Try(database, () =>
    {
        foreach (var finding in new DatabaseExamination(Environment).Examine(database, metadataPath)) Write(finding);
    });

    private void Probe(LitestreamReplica replica, string? database) => TryWithReplica(replica, client =>
    {
        if (!IsS3(client.Url))
            foreach (var finding in new DatabaseExamination(Environment).ExamineReplicaVolume(client.Url, database)) Write(finding);
        if (!ShouldProcess(client.Url, "List the replica, and store, read and delete a small object")) return;
        foreach (var finding in WaitWithProgress(token => new ReplicaProbe(Environment).RunAsync(client, token), new ElapsedView($"Trying {client.Url}"))) Write(finding);
    });

    private void Write(EnvironmentFinding finding) =>
        WriteObject(new LitestreamEnvironmentFinding(finding.Severity.ToString(), finding.Check, finding.Target, finding.Message, finding.Hint));
}
