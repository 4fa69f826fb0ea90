using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>A stretch of time that a generation can be restored to without a gap.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="From">The first time that can be asked for, UTC.</param>
/// <param name="To">The time of the last change, UTC. Where nothing is missing behind it, any later time gives the same.</param>
/// <param name="Points">The points that can be asked for, in order: the ends of segments, and a snapshot whose index has no WAL. Commits
/// between them can be, too.</param>
/// <param name="MissingKey">The object whose absence ends the window; null if it ends with the generation.</param>
public sealed record RestoreWindow(
    GenerationId Generation, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<RestorePoint> Points, string? MissingKey)
{
    /// <summary>The last point.</summary>
    public RestorePoint End => Points[^1];
}
