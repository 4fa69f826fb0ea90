using Litestream.Engine.Errors;

namespace Litestream.Engine.Restore;

/// <summary>How a restore works. Defaults are stated here and nowhere else.</summary>
public sealed record RestoreOptions
{
    /// <summary>Objects fetched at once, 1 to 64. Default 8.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>How the result is checked before it gets its name. Default <see cref="IntegrityCheckMode.Quick"/>.</summary>
    public IntegrityCheckMode Check { get; init; } = IntegrityCheckMode.Quick;

    /// <summary>What is done with a database at the destination. Default <see cref="ExistingDatabase.Refuse"/>.</summary>
    public ExistingDatabase Existing { get; init; }

    /// <summary>The largest database to make, in bytes; null for any. Default null.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Whether a restore whose snapshot is damaged goes on from an older one, where the replica proves that nothing is lost by that; the result has a
    /// warning then. Default true.</summary>
    public bool FallsBack { get; init; } = true;

    /// <summary>Looks on; null for nobody.</summary>
    internal IRestoreObserver? Observer { get; init; }

    /// <summary>Ends the restore of a database that is too large.</summary>
    /// <param name="size">Bytes that it has at least.</param>
    /// <param name="key">The object that tells.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTooLarge"/>.</exception>
    internal void EnsureFits(long size, string key)
    {
        if (size > MaxSize)
            throw new LitestreamException(ErrorCode.RestoreTooLarge,
                $"The database has {size} bytes by the object '{key}', and at most {MaxSize} are to be restored.", key, "Allow more, or leave it out.");
    }
}
