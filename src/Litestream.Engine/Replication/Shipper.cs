using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>Brings the spool to one replica, in order and one object at a time, and tries again by a timer of its own when
/// that fails. At the start and after each failure the replica itself says what it holds.</summary>
/// <param name="number">The replica's number in the queue.</param>
/// <param name="client">The replica.</param>
/// <param name="queue">What waits.</param>
/// <param name="spool">Where it waits.</param>
/// <param name="environment">Time and randomness.</param>
/// <param name="events">Is told of failures and recovery.</param>
internal sealed class Shipper(
    int number, IReplicaClient client, SpoolQueue queue, SpoolFolder spool, EngineEnvironment environment, EventLog events)
{
    /// <summary>How long a replica is taken to be as it was found, before the next object is put there.</summary>
    private static readonly TimeSpan s_trust = TimeSpan.FromSeconds(10);

    private readonly Signal _work = new();
    private readonly Signal _done = new();
    private volatile ReplicaStatus _status = new(client.Url);
    private volatile bool _isAligned;
    private long _seenAt;
    private int _alignments;

    /// <summary>How far the replica is; lag is computed when asked.</summary>
    public ReplicaStatus Status => WithLag(_status);

    /// <summary>The present generation; null while there is none.</summary>
    public required Func<PresentGeneration?> Present { get; init; }

    /// <summary>Is called, with the reason, when the replica can't go on with the present generation.</summary>
    public required Action<string> Misaligned { get; init; }

    /// <summary>Is told the newest snapshot that the replica holds.</summary>
    public Action<GenerationId, int, DateTimeOffset> HoldsSnapshot { get; init; } = (_, _, _) => { };

    /// <summary>Whether the replica answered last time and fits what waits.</summary>
    public bool IsReachable => _isAligned;

    /// <summary>Whether something waits for the replica.</summary>
    public bool HasPending => !queue.IsEmptyFor(number) || Present() is { ExpectsSnapshot: true };

    /// <summary>Says that there may be something to ship.</summary>
    public void Wake() => _work.Set();

    /// <summary>Lets the replica be asked again what it holds, for a new generation.</summary>
    public void Realign()
    {
        Interlocked.Increment(ref _alignments);
        _isAligned = false;
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
                    events.Write(ReplicationEventKind.Recovered, ReplicationSeverity.Information, "The replica takes data again.", client.Url);
                failures = 0;
                await _work.WaitAsync(Timeout.InfiniteTimeSpan, environment.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception thrown) when (thrown is LitestreamException || FileErrors.IsFileError(thrown))
            {
                var e = thrown as LitestreamException ?? FileErrors.Wrap(thrown, client.Url, "tidy the spool behind the replica", ErrorCode.FileError);
                _isAligned = false;
                failures++;
                var wait = Backoff.After(failures, environment.Random);
                _status = _status with { LastError = e, LastErrorAt = environment.Time.GetUtcNow() };
                events.Write(ReplicationEventKind.RetryScheduled, ReplicationSeverity.Warning,
                    $"{e.Message} {e.Hint} Next try in {wait.TotalSeconds:0.0} s.", client.Url, e);
                await Task.Delay(wait, environment.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Returns when the replica holds everything that was offered, and shows the present generation's snapshot.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        do
        {
            while (!_isAligned || HasPending || Present() is null)
            {
                Wake();
                await _done.WaitAsync(TimeSpan.FromMilliseconds(100), environment.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        while (!await IsStillThereAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Ships what waits now, after asking the replica what it holds where that is not known.</summary>
    public async Task ShipAllAsync(CancellationToken cancellationToken)
    {
        if (_isAligned && !queue.IsEmptyFor(number)) await LookAgainAsync(cancellationToken).ConfigureAwait(false);
        if (!_isAligned) await AlignAsync(cancellationToken).ConfigureAwait(false);
        while (_isAligned && queue.Next(number) is { } content)
        {
            await ShipAsync(content, cancellationToken).ConfigureAwait(false);
            if (!content.IsSnapshot) continue;
            HoldsSnapshot(content.Generation, content.Start.Index, content.Time);
            events.Write(ReplicationEventKind.SnapshotShipped, ReplicationSeverity.Information,
                $"The snapshot of index {content.Start.Index:x8} ({content.Size} bytes) is on the replica.", client.Url);
        }

        if (_isAligned && queue.IsEmptyFor(number)) _status = _status with { LastSyncAt = environment.Time.GetUtcNow() };
        _done.Set();
    }

    private async Task AlignAsync(CancellationToken cancellationToken)
    {
        var alignment = Volatile.Read(ref _alignments);
        var present = Present();
        var catalog = new ReplicaCatalog(client);
        var generations = queue.Generations.Union(present is null ? [] : [present.Id]).ToList();
        if (generations.Count == 0) await ProbeAsync(cancellationToken).ConfigureAwait(false);
        foreach (var generation in generations)
        {
            // what is listed counts as held from now on, and leaves the spool
            await client.ConfirmAsync(ObjectKey.Snapshots(generation), cancellationToken).ConfigureAwait(false);
            await client.ConfirmAsync(ObjectKey.Wal(generation), cancellationToken).ConfigureAwait(false);
            var held = await catalog.ReadGenerationAsync(generation, cancellationToken).ConfigureAwait(false);
            var isPresent = generation == present?.Id;
            var fits = queue.Align(number, generation, held, isPresent && present!.ExpectsSnapshot);
            if (isPresent && held?.Snapshots.Count > 0) HoldsSnapshot(generation, held.Snapshots[^1].Index, held.Snapshots[^1].CreatedAt);
            if (isPresent)
                _status = _status with { Position = held?.Segments.Count > 0 ? EndOf(generation, held.Segments[^1].Start) : null };
            if (fits) continue;
            if (!isPresent)
            {
                spool.Abandon(number, generation);
                continue;
            }

            Misaligned($"the replica {client.Url} does not hold what was shipped to it");
            return;
        }

        _seenAt = environment.Time.GetTimestamp();
        _isAligned = true;
        if (alignment != Volatile.Read(ref _alignments)) _isAligned = false; // another generation has begun meanwhile
    }

    /// <summary>A replica that was deleted takes new objects without a word: see now and then whether it is still there.</summary>
    private async Task LookAgainAsync(CancellationToken cancellationToken)
    {
        if (environment.Time.GetElapsedTime(_seenAt) < s_trust || Present() is not { ExpectsSnapshot: false } present) return;
        if (!await HasSnapshotAsync(present.Id, cancellationToken).ConfigureAwait(false)) _isAligned = false;
        _seenAt = environment.Time.GetTimestamp();
    }

    /// <summary>Before anybody is told that the replica holds everything, nothing is taken on trust.</summary>
    private async Task<bool> IsStillThereAsync(CancellationToken cancellationToken)
    {
        if (Present() is not { ExpectsSnapshot: false } present) return false;
        try
        {
            if (await HasSnapshotAsync(present.Id, cancellationToken).ConfigureAwait(false)) return true;
        }
        catch (LitestreamException)
        {
            // aligning asks the same, tells what fails, and tries again
        }

        Realign();
        return false;
    }

    private async Task<bool> HasSnapshotAsync(GenerationId generation, CancellationToken cancellationToken)
    {
        var snapshots = client.ListObjectsAsync(ObjectKey.Snapshots(generation), cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (snapshots.ConfigureAwait(false)) return await snapshots.MoveNextAsync().ConfigureAwait(false);
    }

    /// <summary>Throws when the replica does not answer.</summary>
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var folders = client.ListFoldersAsync(ObjectKey.Generations, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (folders.ConfigureAwait(false)) await folders.MoveNextAsync().ConfigureAwait(false);
    }

    private Position EndOf(GenerationId generation, Position start) => queue.FindSegment(generation, start)?.End ?? start;

    private async Task ShipAsync(SpooledObject content, CancellationToken cancellationToken)
    {
        try
        {
            var stream = spool.OpenRead(content);
            await using (stream.ConfigureAwait(false))
                await client.PutAsync(content.Key, stream, content.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, content.Key, "read the spool", ErrorCode.FileError);
        }

        // before whoever waits for the queue to be empty asks how far the replica is
        if (!content.IsSnapshot) _status = _status with { Position = content.End };
        spool.Confirm(number, content);
    }

    private ReplicaStatus WithLag(ReplicaStatus status)
    {
        var pending = queue.PendingSegments(number);
        return status with
        {
            LagBytes = pending.Sum(s => Math.Max(0, s.End.Offset - s.Start.Offset)),
            Lag = pending.Count == 0 ? TimeSpan.Zero : environment.Time.GetUtcNow() - pending[0].Time,
        };
    }
}
