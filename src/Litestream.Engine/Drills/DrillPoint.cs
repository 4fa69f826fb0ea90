using Litestream.Engine.Format;

namespace Litestream.Engine.Drills;

/// <summary>A committed state that a replica restores.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Position">Behind its last commit; (snapshot index, 0) for a snapshot alone.</param>
/// <param name="Time">Time of the newest object that the state holds.</param>
public sealed record DrillPoint(GenerationId Generation, Position Position, DateTimeOffset Time);
