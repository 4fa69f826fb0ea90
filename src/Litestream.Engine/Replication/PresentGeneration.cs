using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>The generation that is being recorded, as other threads see it.</summary>
/// <param name="Id">The generation.</param>
/// <param name="ExpectsSnapshot">Whether its first snapshot is still being copied.</param>
internal sealed record PresentGeneration(GenerationId Id, bool ExpectsSnapshot);
