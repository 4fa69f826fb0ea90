using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>What a restore has made.</summary>
/// <param name="Path">The restored database.</param>
/// <param name="Plan">What was read.</param>
/// <param name="Reached">The commit that it stands at: index and end offset; (snapshot index, 0) for a snapshot alone.</param>
/// <param name="Transactions">Commits applied on top of the snapshot.</param>
/// <param name="PageSize">Bytes a page.</param>
/// <param name="PageCount">Pages of the database.</param>
/// <param name="Duration">How long it took.</param>
public sealed record RestoreResult(
    string Path, RestorePlan Plan, Position Reached, long Transactions, int PageSize, uint PageCount, TimeSpan Duration)
{
    /// <summary>Time of the newest object that the state holds.</summary>
    public required DateTimeOffset RestoredTo { get; init; }

    /// <summary>What was asked for and is not in the database; null if all is. Only where the request allowed that.</summary>
    public RestoreLoss? Loss { get; init; }

    /// <summary>Where the database is kept that was replaced; null if none was, or it was not kept.</summary>
    public string? SafetyCopy { get; init; }

    /// <summary>What is remarkable though no error, e.g. a jump in the salts of a replica that Litestream wrote.</summary>
    public IReadOnlyList<RestoreWarning> Warnings { get; init; } = [];
}
