using System.Management.Automation;
using Litestream.Engine.Format;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Commands;

/// <summary>Lists the generations of a replica.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamGeneration", DefaultParameterSetName = ReplicaSet)]
[OutputType(typeof(LitestreamGeneration))]
public sealed class GetLitestreamGenerationCommand : ReplicaCommand
{
    private protected override void WriteGeneration(ReplicaReading reading, GenerationInfo generation, ReplicaSource source) =>
        WriteObject(generation.ToModel(source.Replica));
}
