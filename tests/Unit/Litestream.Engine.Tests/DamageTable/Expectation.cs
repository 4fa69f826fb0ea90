using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Tests.DamageTable;

/// <summary>What a restore of ours shall do about a damage.</summary>
/// <param name="Code">The error; null for success.</param>
/// <param name="Key">What the error is about.</param>
/// <param name="Reached">Where a restore ends that may be partial, or the success; null for the latest state.</param>
internal sealed record Expectation(ErrorCode? Code = null, string? Key = null, Position? Reached = null)
{
    /// <summary>What a success, or a partial restore, says besides that it is partial.</summary>
    public RestoreWarningKind? Warning { get; init; }

    /// <summary>Whether nothing can be restored in part either.</summary>
    public bool IsTotal { get; init; }
}
