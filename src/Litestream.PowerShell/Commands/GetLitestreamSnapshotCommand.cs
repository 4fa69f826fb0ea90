using System.Management.Automation;
using Litestream.Engine.Format;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Commands;

/// <summary>Lists the snapshots of a replica.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamSnapshot", DefaultParameterSetName = ReplicaSet)]
[OutputType(typeof(LitestreamSnapshot))]
public sealed class GetLitestreamSnapshotCommand : ReplicaCommand
{
    private protected override void WriteGeneration(ReplicaReading reading, GenerationInfo generation, ReplicaSource source)
    {
        foreach (var snapshot in generation.Snapshots) WriteObject(snapshot.ToModel(source.Replica));
    }
}
