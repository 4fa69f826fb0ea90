using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>Something that a restore does not get over.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Key">The object that is missing or damaged.</param>
public sealed record RestoreObstacle(Position At, string Key)
{
    /// <summary>The last commit of a damaged segment that can be read; null if there is none.</summary>
    public Position? Readable { get; init; }

    /// <summary>Whether a restore does get over it, from an older snapshot.</summary>
    public bool IsBridged { get; init; }

    /// <summary>Whether it is in an index of a stream of ours, whose snapshots hold nothing of their own index.</summary>
    public bool IsOfOurs { get; init; }

    /// <summary>Reads a key of a snapshot or a segment; null if it is none.</summary>
    /// <param name="key">The key.</param>
    public static RestoreObstacle? Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        if (ObjectKey.TryParseSegment(name, out var start)) return new(start, key);
        // the planner chooses it for all that follows, until there is a newer one
        return ObjectKey.TryParseSnapshot(name, out var index) ? new(new(index, 0), key) : null;
    }
}
