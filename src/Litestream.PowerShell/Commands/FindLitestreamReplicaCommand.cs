using System.Management.Automation;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Commands;

/// <summary>Finds the replicas below a folder or a prefix of a bucket.</summary>
[Cmdlet(VerbsCommon.Find, "LitestreamReplica")]
[OutputType(typeof(LitestreamFoundReplica))]
public sealed class FindLitestreamReplicaCommand : StoreCommand
{
    private const int DefaultDepth = 16;

    /// <summary>The folder, or the URL, below which to search.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>How many folders below it a replica may be.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Depth { get; set; } = DefaultDepth;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var root in Replica) TryWithReplica(root, client => Find(client, root));
    }

    private void Find(IReplicaClient client, LitestreamReplica root)
    {
        var any = false;
        // told by the search while this thread waits for it, and written when that has gone on
        var failures = new Queue<EngineException>();
        var reading = new ReplicaReading(new(client), $"Searching {client.Url}");
        foreach (var found in Enumerate(new ReplicaFinder(reading.Replica).FindAsync(Depth, failures.Enqueue, PipelineStop), reading))
        {
            any = true;
            WriteFailures(failures);
            WriteObject(new LitestreamFoundReplica(
                Complete(root, found.Url), found.RelativePath.Length > 0 ? found.RelativePath : _Format.LastPart(found.Url), found.GenerationCount));
        }

        var isWhole = failures.Count == 0;
        WriteFailures(failures);
        if (!any && isWhole)
            throw new EngineException(ErrorCode.ReplicaNotFound, $"There is no replica below '{client.Url}'.", client.Url,
                "Check the path; with -Depth the search goes deeper.");
    }

    private void WriteFailures(Queue<EngineException> failures)
    {
        while (failures.TryDequeue(out var failure)) WriteError(failure.ToRecord(failure.Target));
    }
}
