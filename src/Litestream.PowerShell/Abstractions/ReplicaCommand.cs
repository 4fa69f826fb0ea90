using System.ComponentModel;
using System.Management.Automation;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets that list what a replica holds.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ReplicaCommand : ConfiguredReplicaCommand
{
    /// <summary>Folder or URL of the replica.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ReplicaSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>Only this generation.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GenerationCompleter))]
    public string? Generation { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => ForEachReplica(Replica, (client, source) =>
    {
        var reading = new ReplicaReading(new(client), $"Reading {client.Url}");
        BeginReplica(reading, source);
        foreach (var generation in ReadGenerations(reading)) WriteGeneration(reading, generation, source);
        if (Generation is null) WriteMissing(reading, source);
        EndReplica(source);
    });

    /// <summary>Comes before the generations of a replica.</summary>
    private protected virtual void BeginReplica(ReplicaReading reading, ReplicaSource source)
    {
    }

    /// <summary>Comes after the generations of a replica.</summary>
    private protected virtual void EndReplica(ReplicaSource source)
    {
    }

    /// <summary>Tells what is not listed, where all generations were asked for.</summary>
    private protected virtual void WriteMissing(ReplicaReading reading, ReplicaSource source)
    {
    }

    private protected abstract void WriteGeneration(ReplicaReading reading, GenerationInfo generation, ReplicaSource source);

    private IEnumerable<GenerationInfo> ReadGenerations(ReplicaReading reading)
    {
        var catalog = new ReplicaCatalog(reading.Replica);
        return Generation is null
            ? Enumerate(catalog.ListGenerationsAsync(PipelineStop), reading)
            : [WaitWithProgress(token => catalog.GetGenerationAsync(ParseGeneration(Generation), token), reading)];
    }

    internal static GenerationId ParseGeneration(string text) => GenerationId.TryParse(text, out var id)
        ? id
        : throw new EngineException(ErrorCode.InvalidArgument,
            $"'{text}' is not a generation: its name has 16 lower-case hex digits.", text,
            "Get-LitestreamGeneration lists those of a replica.");
}
