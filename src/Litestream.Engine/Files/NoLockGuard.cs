namespace Litestream.Engine.Files;

/// <summary>No guard: on Windows, where locks belong to handles, and where the system has no locks of open file descriptions.</summary>
public sealed class NoLockGuard : ILockGuard
{
    private NoLockGuard()
    {
    }

    /// <summary>The one instance.</summary>
    public static NoLockGuard Instance { get; } = new();

    /// <inheritdoc/>
    public bool IsUnbroken => true;

    /// <inheritdoc/>
    public bool IsAlone => true;

    /// <inheritdoc/>
    public void Dispose()
    {
        // nothing is held
    }
}
