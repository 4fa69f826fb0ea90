using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>Brings the spool to one replica, in order and one object at a time, and tries again by a timer of its own when
/// that fails.</summary>
internal sealed class Shipper
{
    private readonly int _number;
    private readonly IReplicaClient _client;
    private readonly SpoolQueue _queue;
    private readonly SpoolFolder _spool;
    private readonly EngineEnvironment _environment;
    private readonly EventLog _events;
    private readonly ReplicaAlignment _alignment;
    private readonly Signal _work = new();
    private readonly Signal _done = new();
    private volatile ReplicaStatus _status;

    /// <summary>Prepares.</summary>
    /// <param name="number">The replica's number in the queue.</param>
    /// <param name="client">The replica.</param>
    /// <param name="queue">What waits.</param>
    /// <param name="spool">Where it waits.</param>
    /// <param name="environment">Time and randomness.</param>
    /// <param name="events">Is told of failures and recovery.</param>
    /// <param name="present">The present generation; null while there is none.</param>
    /// <param name="misaligned">Is called, with the reason, when the replica can't go on with the present generation.</param>
    public Shipper(
        int number, IReplicaClient client, SpoolQueue queue, SpoolFolder spool, EngineEnvironment environment, EventLog events,
        Func<PresentGeneration?> present, Action<string> misaligned)
    {
        (_number, _client, _queue, _spool, _environment, _events) = (number, client, queue, spool, environment, events);
        _status = new(client.Url);
        _alignment = new(number, client, queue, spool, environment.Time)
        {
            Present = present,
            Misaligned = misaligned,
            HoldsSnapshot = (generation, index, time) => HoldsSnapshot!(generation, index, time),
        };
    }

    /// <summary>How far the replica is; lag is computed when asked.</summary>
    public ReplicaStatus Status => WithLag(_status with { Position = _alignment.Held });

    /// <summary>Is told the newest snapshot that the replica holds.</summary>
    public Action<GenerationId, int, DateTimeOffset> HoldsSnapshot { get; init; } = (_, _, _) => { };

    /// <summary>Whether the replica answered last time and fits what waits.</summary>
    public bool IsReachable => _alignment.IsAligned;

    /// <summary>Whether something waits for the replica.</summary>
    public bool HasPending => !_queue.IsEmptyFor(_number) || _alignment.Present() is { ExpectsSnapshot: true };

    /// <summary>Says that there may be something to ship.</summary>
    public void Wake() => _work.Set();

    /// <summary>Lets the replica be asked again what it holds, for a new generation.</summary>
    public void Realign()
    {
        _alignment.Reset();
        Wake();
    }

    /// <summary>Ships until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            try
            {
                await ShipAllAsync(cancellationToken).ConfigureAwait(false);
                if (failures > 0)
                    _events.Write(ReplicationEventKind.Recovered, ReplicationSeverity.Information, "The replica takes data again.", _client.Url);
                failures = 0;
                await _work.WaitAsync(Timeout.InfiniteTimeSpan, _environment.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception thrown) when (thrown is LitestreamException || FileErrors.IsFileError(thrown))
            {
                var e = thrown as LitestreamException ?? FileErrors.Wrap(thrown, _client.Url, "tidy the spool behind the replica", ErrorCode.FileError);
                _alignment.Reset();
                failures++;
                var wait = Backoff.After(failures, _environment.Random);
                _status = _status with { LastError = e, LastErrorAt = _environment.Time.GetUtcNow() };
                _events.Write(ReplicationEventKind.RetryScheduled, ReplicationSeverity.Warning,
                    $"{e.Message} {e.Hint} Next try in {wait.TotalSeconds:0.0} s.", _client.Url, e);
                await Task.Delay(wait, _environment.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Returns when the replica holds everything that was offered, and shows the present generation's snapshot.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        do
        {
            while (!_alignment.IsAligned || HasPending || _alignment.Present() is null)
            {
                Wake();
                await _done.WaitAsync(TimeSpan.FromMilliseconds(100), _environment.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        while (!await _alignment.IsStillThereAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Ships what waits now, after asking the replica what it holds where that is not known.</summary>
    public async Task ShipAllAsync(CancellationToken cancellationToken)
    {
        await _alignment.EnsureAsync(cancellationToken).ConfigureAwait(false);
        while (_alignment.IsAligned && _queue.Next(_number) is { } content)
        {
            await ShipAsync(content, cancellationToken).ConfigureAwait(false);
            if (!content.IsSnapshot) continue;
            HoldsSnapshot(content.Generation, content.Start.Index, content.Time);
            _events.Write(ReplicationEventKind.SnapshotShipped, ReplicationSeverity.Information,
                $"The snapshot of index {content.Start.Index:x8} ({content.Size} bytes) is on the replica.", _client.Url);
        }

        if (_alignment.IsAligned && _queue.IsEmptyFor(_number)) _status = _status with { LastSyncAt = _environment.Time.GetUtcNow() };
        _done.Set();
    }

    private async Task ShipAsync(SpooledObject content, CancellationToken cancellationToken)
    {
        try
        {
            var stream = _spool.OpenRead(content);
            await using (stream.ConfigureAwait(false))
                await _client.PutAsync(content.Key, stream, content.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, content.Key, "read the spool", ErrorCode.FileError);
        }

        // before whoever waits for the queue to be empty asks how far the replica is
        _alignment.Shipped(content);
        _spool.Confirm(_number, content);
    }

    private ReplicaStatus WithLag(ReplicaStatus status)
    {
        var pending = _queue.PendingSegments(_number);
        return status with
        {
            LagBytes = pending.Sum(s => Math.Max(0, s.End.Offset - s.Start.Offset)),
            Lag = pending.Count == 0 ? TimeSpan.Zero : _environment.Time.GetUtcNow() - pending[0].Time,
        };
    }
}
