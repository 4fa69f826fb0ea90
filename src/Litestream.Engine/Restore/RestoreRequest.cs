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

    /// <summary>From the last snapshot that is not later, apply the segments, in order of position, up to the first one that is later:
    /// also where times go back behind it. A time after the last change gives the latest state.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Where objects are missing or damaged, restore the last commit before them instead of failing, from whichever snapshot
    /// leads furthest. The plan and the result say what is lost.</summary>
    public bool AllowPartial { get; init; }
}
