using Litestream.Engine.Files;

namespace Litestream.Engine.Replication;

/// <summary>Memory that SQLite has freed when databases were closed: the C library keeps it, for each thread that has ever opened one. With hundreds of databases that is more than all else.</summary>
/// <param name="time">The clock.</param>
/// <param name="giveBack">Gives it back to the system, which takes some milliseconds.</param>
internal sealed class FreedMemory(TimeProvider time, Action giveBack)
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private bool _isThere;
    private long? _last;

    /// <summary>That of this process.</summary>
    public static FreedMemory OfProcess { get; } = new(TimeProvider.System, PosixNative.GiveBackMemory);

    /// <summary>Notes that a database was closed for long.</summary>
    public void Note()
    {
        lock (_gate) _isThere = true;
    }

    /// <summary>Gives it back, where there is any and that was not done just before.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            if (!_isThere || (_last is { } last && time.GetElapsedTime(last) < s_between)) return;
            (_isThere, _last) = (false, time.GetTimestamp());
        }

        giveBack();
    }
}
