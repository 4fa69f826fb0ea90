using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>What a partial restore does not reach.</summary>
/// <param name="Code">The error that a whole restore ends with.</param>
/// <param name="Key">The first object that is missing or damaged.</param>
/// <param name="Message">What is wrong with it.</param>
/// <param name="Segments">Segments that were asked for, are there, and can't be applied whole, in order of position; the damaged one
/// is among them.</param>
public sealed record RestoreLoss(ErrorCode Code, string Key, string Message, IReadOnlyList<WalSegmentInfo> Segments)
{
    /// <summary>The time of the newest of the segments: changes up to then are lost; null if there is none.</summary>
    public DateTimeOffset? Until => Segments.Count == 0 ? null : Segments.Max(s => s.CreatedAt);
}
