using System.Text;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Replication;

/// <summary>Whether a replica that was given up takes data again. It is made to: listing works on many a full or read-only store. One
/// that is given up again before it ever was up to date rests before it is asked: each return costs all a new snapshot.</summary>
internal sealed class Comeback(IReplicaClient client, TimeProvider time)
{
    private static readonly TimeSpan s_firstRest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromHours(1);
    private static readonly byte[] s_content = Encoding.ASCII.GetBytes("Tells whether the replica can be written to; may be deleted.\n");

    private volatile bool _isReady;
    private int _times;
    private long _since;

    /// <summary>Whether it takes data again.</summary>
    public bool IsReady => _isReady;

    /// <summary>How long to wait before the next <see cref="TryAsync"/>; for ever when the replica takes data again and a generation is awaited.</summary>
    public TimeSpan NextTry => IsReady ? Timeout.InfiniteTimeSpan : Rest;

    private TimeSpan Rest
    {
        get
        {
            if (_times <= 1) return TimeSpan.Zero;
            var rest = s_firstRest * Math.Pow(2, Math.Min(_times - 2, 10));
            var left = (rest < s_longestRest ? rest : s_longestRest) - time.GetElapsedTime(Volatile.Read(ref _since));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The replica was given up.</summary>
    public void Restart()
    {
        _isReady = false;
        Volatile.Write(ref _since, time.GetTimestamp());
        _times++;
    }

    /// <summary>The replica takes part again.</summary>
    public void End() => _isReady = false;

    /// <summary>The replica was up to date: what was before does not count any more.</summary>
    public void Forget() => _times = 0;

    /// <summary>Lets the replica store something and takes it away again.</summary>
    /// <returns>Whether it takes data again; false while it rests.</returns>
    /// <exception cref="Errors.LitestreamException">It does not.</exception>
    public async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        if (_isReady) return true;
        if (Rest > TimeSpan.Zero) return false;
        using var content = new MemoryStream(s_content, writable: false);
        await client.PutAsync(ObjectKey.Probe, content, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        await client.DeleteAsync([ObjectKey.Probe], cancellationToken).ConfigureAwait(false);
        return _isReady = true;
    }
}
