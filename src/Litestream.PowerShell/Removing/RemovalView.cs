using System.Globalization;
using System.Management.Automation;
using Litestream.Engine.Replicas;
using Litestream.Engine.Retention;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Removing;

/// <summary>Objects of a replica are deleted.</summary>
/// <param name="replica">The replica, which counts them.</param>
/// <param name="part">What goes.</param>
internal sealed class RemovalView(MeteredReplicaClient replica, GenerationRetention part) : ProgressView($"Deleting from {replica.Url}")
{
    private readonly int _total = part.Snapshots.Count + part.Segments.Count;

    protected override ProgressRecord ToRecord() => Counted(
        string.Create(CultureInfo.InvariantCulture, $"{replica.Deleted} of {_total} objects of generation {part.Generation.Id}"), replica.Deleted, _total);
}
