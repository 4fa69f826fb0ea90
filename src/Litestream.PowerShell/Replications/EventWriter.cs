using System.Management.Automation;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Replications;

/// <summary>Sorts events into streams: each is an object in the output, besides a snapshot's progress; warnings and errors
/// are in their own streams too. How a replication failed is told by its end, not here.</summary>
internal static class EventWriter
{
    private const int ActivityId = 2;

    internal static void Write(this IEventOutput output, ReplicationEvent happened)
    {
        if (happened.Kind == ReplicationEventKind.SnapshotProgress)
        {
            output.WriteProgress(ToProgress(happened));
            return;
        }

        if (happened.Kind == ReplicationEventKind.SnapshotShipped) output.WriteProgress(ToProgressEnd(happened));
        output.WriteObject(happened.ToModel());
        if (happened.Severity == ReplicationSeverity.Warning)
            output.WriteWarning($"{happened.DatabasePath}: {happened.Message}");
        else if (happened is { Severity: ReplicationSeverity.Error, Kind: not ReplicationEventKind.Failed })
            output.WriteError(ToError(happened));
    }

    private static ErrorRecord ToError(ReplicationEvent happened) =>
        (happened.Error ?? new LitestreamException(happened.Kind.ToString(), happened.Message, happened.DatabasePath, hint: null))
            .ToRecord(happened.DatabasePath);

    private static ProgressRecord ToProgress(ReplicationEvent happened) =>
        TransferProgress.ToRecord(ActivityId, TitleOf(happened), "", happened.BytesDone, happened.BytesTotal, happened.Elapsed);

    private static ProgressRecord ToProgressEnd(ReplicationEvent happened) => TransferProgress.ToCompleted(ActivityId, TitleOf(happened));

    private static string TitleOf(ReplicationEvent happened) => $"Snapshot of {happened.DatabasePath}";
}
