using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>What to restore. Nothing set: the latest state of the replica.</summary>
public sealed record RestoreRequest
{
    /// <summary>Only this generation; null for the one that fits best.</summary>
    public GenerationId? Generation { get; init; }

    /// <summary>The last WAL index to apply. Excludes <see cref="Timestamp"/>.</summary>
    public int? Index { get; init; }

    /// <summary>With <see cref="Index"/>: apply that index up to this byte, that is, up to the last commit that ends at or
    /// before it.</summary>
    public long? Offset { get; init; }

    /// <summary>Apply every segment that is not later. A time after the last change gives the latest state.</summary>
    public DateTimeOffset? Timestamp { get; init; }
}
