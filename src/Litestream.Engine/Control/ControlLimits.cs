namespace Litestream.Engine.Control;

/// <summary>How long either end waits for the other, and how much a server takes on at once.</summary>
internal static class ControlLimits
{
    /// <summary>A client has this long to send its request, and to take a reply.</summary>
    public static readonly TimeSpan Client = TimeSpan.FromSeconds(5);

    /// <summary>A server at work says so this often.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    /// <summary>A server that is silent for so long is taken for hung.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>How long it may take to learn how a replication is.</summary>
    public static readonly TimeSpan Status = TimeSpan.FromSeconds(5);

    /// <summary>Replies that are under way when the replication ends may take so long.</summary>
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>After a connection could not be taken, for example for want of handles.</summary>
    public static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(200);

    /// <summary>Connections served at once; more wait until one of these ends.</summary>
    public const int Connections = 64;

    /// <summary>Of these so many may wait for a sync, so that there is always room for a status or a stop.</summary>
    public const int Syncs = 32;
}
