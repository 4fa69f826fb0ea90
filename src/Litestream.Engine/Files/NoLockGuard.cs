namespace Litestream.Engine.Files;

/// <summary>No guard: on Windows, where locks belong to handles, and where the system has no locks of open file descriptions.</summary>
public sealed class NoLockGuard : ILockGuard
{
    private NoLockGuard(bool isNeeded) => IsUnbreakable = !isNeeded;

    /// <summary>Where locks belong to handles, so that nobody can lose those of others.</summary>
    public static NoLockGuard Needless { get; } = new(isNeeded: false);

    /// <summary>Where one would be needed, and the system has none.</summary>
    public static NoLockGuard Impossible { get; } = new(isNeeded: true);

    /// <inheritdoc/>
    public bool IsUnbroken => true;

    /// <inheritdoc/>
    public bool IsAlone => true;

    /// <inheritdoc/>
    public bool IsUnbreakable { get; }

    /// <inheritdoc/>
    public bool TryTakeAlone(string databasePath, FileIdentity database) => false;

    /// <inheritdoc/>
    public void Dispose()
    {
        // nothing is held
    }
}
