using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Keeps writers out until it is disposed, and no longer than it may: what is done meanwhile may wait for a device that never answers,
/// and the application shall not wait with it.</summary>
internal sealed class HeldWriters : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(500);

    private readonly object _lock = new();
    private readonly ITimer _limit;
    private DatabaseConnection? _connection;

    /// <summary>Takes a connection over.</summary>
    /// <param name="connection">Has the write lock, and nobody else uses it.</param>
    /// <param name="time">Measures.</param>
    public HeldWriters(DatabaseConnection connection, TimeProvider time)
    {
        _connection = connection;
        _limit = time.CreateTimer(_ => Release(), null, s_longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether they are still kept out.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_lock) return _connection is not null;
        }
    }

    /// <summary>Lets them in.</summary>
    public void Dispose()
    {
        _limit.Dispose();
        Release();
    }

    private void Release()
    {
        lock (_lock)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }
}
