using System.Management.Automation;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Commands;

/// <summary>Lists the WAL segments of a replica, with start and end.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamWalSegment", DefaultParameterSetName = ReplicaSet)]
[OutputType(typeof(LitestreamWalSegment))]
public sealed class GetLitestreamWalSegmentCommand : ReplicaCommand
{
    /// <summary>Only the segments of this WAL index.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(IndexCompleter))]
    public int? Index { get; set; }

    private protected override void WriteGeneration(ReplicaReading reading, GenerationInfo generation, ReplicaSource source)
    {
        if (Index is { } index)
            generation = generation with { Segments = [.. generation.Segments.Where(s => s.Start.Index == index)] };
        foreach (var segment in Enumerate(new ReplicaCatalog(reading.Replica).MeasureSegmentsAsync(generation, PipelineStop), reading))
            WriteObject(segment.ToModel(source.Replica));
    }
}
