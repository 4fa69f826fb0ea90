using Litestream.Engine.Files;

namespace Litestream.Engine.Replication;

/// <summary>Memory that SQLite has freed when databases were closed: the C library keeps it, for each thread that has ever opened one. With hundreds of databases that is more than all else.</summary>
internal static class FreedMemory
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(30);

    private static int s_isThere;
    private static long s_lastGivenBack;

    /// <summary>Notes that a database was closed for long.</summary>
    public static void Note() => Volatile.Write(ref s_isThere, 1);

    /// <summary>Gives it back to the system, where there is any and that was not done just before: it takes some milliseconds.</summary>
    public static void GiveBack()
    {
        var last = Interlocked.Read(ref s_lastGivenBack);
        var now = Environment.TickCount64;
        if (Volatile.Read(ref s_isThere) == 0 || (last != 0 && now - last < s_between.TotalMilliseconds)) return;
        if (Interlocked.CompareExchange(ref s_lastGivenBack, now, last) != last) return;
        Volatile.Write(ref s_isThere, 0);
        PosixNative.GiveBackMemory();
    }
}
