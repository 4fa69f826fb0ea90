using Litestream.Engine.Errors;

namespace Litestream.Engine.Restore;

/// <summary>What is remarkable about a restore though no error.</summary>
/// <param name="Kind">Its stable name.</param>
/// <param name="Target">The object, generation or replica it is about.</param>
/// <param name="Message">For people, whole sentences.</param>
public sealed record RestoreWarning(RestoreWarningKind Kind, string Target, string Message)
{
    /// <summary>That another snapshot was used.</summary>
    internal static RestoreWarning SnapshotSkipped(RestorePlan plan, LitestreamException error, RestorePlan used) => new(
        RestoreWarningKind.SnapshotSkipped, plan.Snapshot.Key,
        $"A restore from the snapshot of index {plan.Snapshot.Index} failed: {error.Message} The snapshot of index {used.Snapshot.Index} was used.");
}
