namespace Litestream.Engine.Restore;

/// <summary>How a restore works. Defaults are stated here and nowhere else.</summary>
public sealed record RestoreOptions
{
    /// <summary>Objects fetched at once, 1 to 64. Default 8.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>How the result is checked before it gets its name. Default <see cref="IntegrityCheckMode.Quick"/>.</summary>
    public IntegrityCheckMode Check { get; init; } = IntegrityCheckMode.Quick;
}
