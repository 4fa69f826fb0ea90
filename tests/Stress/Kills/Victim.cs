namespace Litestream.Stress.Kills;

/// <summary>Who is killed in a round.</summary>
[Flags]
internal enum Victim
{
    None = 0,

    /// <summary>The process that replicates.</summary>
    Replicator = 1,

    /// <summary>One or all of the processes that write to the database.</summary>
    Writer = 2,

    /// <summary>The gateway of the store.</summary>
    Gateway = 4,

    /// <summary>A process that restores in place, over and over.</summary>
    Restore = 8,

    /// <summary>A process that deletes what is older than a window, over and over.</summary>
    Retention = 16,
}
