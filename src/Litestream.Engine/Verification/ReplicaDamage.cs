using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Verification;

/// <summary>Something of a replica that is not as it was stored.</summary>
/// <param name="Code">What kind: <see cref="ErrorCode.ObjectMissing"/>, <see cref="ErrorCode.ObjectCorrupt"/>,
/// <see cref="ErrorCode.ObjectEncrypted"/> or <see cref="ErrorCode.ChecksumMismatch"/>.</param>
/// <param name="Key">The object.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="LastGood">The last commit before it that restores, be it inside the object itself; null if there is none.</param>
public sealed record ReplicaDamage(ErrorCode Code, string Key, string Message, Position? LastGood)
{
    /// <summary>Whether restores meet it: not a snapshot that is gone and so is never chosen, nor an object that holds what it should and lacks its seal.</summary>
    internal bool IsObstacle { get; init; } = true;

    /// <summary>Whether it is a segment that follows on what is before it, and can be read up to <see cref="LastGood"/>.</summary>
    internal bool IsReadInPart { get; init; }

    /// <summary>Whether it is a snapshot, and the WAL that leads over it from an older one is proven to be whole.</summary>
    internal bool IsBridged { get; init; }

    /// <summary>Whether what is before it in its index is of a stream of ours.</summary>
    internal bool IsOfOurs { get; init; }

    /// <summary>Whether a restore fails over it, to any point that it is needed for.</summary>
    public bool EndsRestores => ToObstacle() is { IsBridged: false };

    /// <summary>What a restore meets; null if the key is none of a snapshot or a segment, or restores do not meet it.</summary>
    public RestoreObstacle? ToObstacle() => IsObstacle && RestoreObstacle.Parse(Key) is { } obstacle
        ? obstacle with { Readable = IsReadInPart ? LastGood : null, IsBridged = IsBridged, IsOfOurs = IsOfOurs }
        : null;
}
