using Litestream.Engine.Restore;

namespace Litestream.PowerShell.Models;

/// <summary>Something of a replica that is not as it was stored.</summary>
/// <param name="ErrorId">What kind, by the id of the error that a restore gives which does not get over it.</param>
/// <param name="Key">The object's key.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="LastGood">The last commit before it that restores; null if there is none, or where only a sample was read.</param>
public sealed record LitestreamDamage(string ErrorId, string Key, string Message, LitestreamPosition? LastGood)
{
    /// <summary>What a restore meets; null if restores do not meet it.</summary>
    internal RestoreObstacle? Obstacle { get; init; }

    /// <summary>What is wrong.</summary>
    public override string ToString() => Message;
}
