using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;
using Litestream.Engine.Verification;

namespace Litestream.Engine.Replication;

/// <summary>Brings the spool to one replica, in order and one object at a time, and tries again by a timer of its own when
/// that fails.</summary>
internal sealed class Shipper : IDisposable
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
    private readonly UploadProgress _upload = new();
    private readonly Comeback _comeback;
    private CancellationTokenSource _giveUp = new();
    private volatile ReplicaStatus _status;
    private volatile int _failures;
    private volatile LitestreamException? _refusal; // of the last tries, where nobody but a person can help; it is tried again all the same
    private volatile bool _wasAsked;
    private long _heldAt;
    private bool _isTidy;

    /// <summary>Prepares.</summary>
    /// <param name="number">The replica's number in the queue.</param>
    /// <param name="client">The replica.</param>
    /// <param name="queue">What waits.</param>
    /// <param name="spool">Where it waits.</param>
    /// <param name="environment">Time and randomness.</param>
    /// <param name="events">Is told of failures and recovery.</param>
    /// <param name="present">The present generation; null while there is none.</param>
    /// <param name="misaligned">Is called, with the generation and the reason, when the replica can't go on with the present one.</param>
    public Shipper(
        int number, IReplicaClient client, SpoolQueue queue, SpoolFolder spool, EngineEnvironment environment, EventLog events,
        Func<PresentGeneration?> present, Action<GenerationId, string> misaligned)
    {
        (_number, _client, _queue, _spool, _environment, _events) = (number, client, queue, spool, environment, events);
        _status = new(client.Url);
        _comeback = new(client, environment.Time);
        _alignment = new(number, client, queue, spool, environment.Time)
        {
            Present = present,
            Misaligned = misaligned,
            Claim = ClaimAsync,
            Warned = (kind, message) => events.Write(kind, ReplicationSeverity.Warning, message, client.Url),
            HoldsSnapshot = (generation, index, time) => HoldsSnapshot!(generation, index, time),
        };
    }

    /// <summary>How far the replica is; lag is computed when asked.</summary>
    public ReplicaStatus Status
    {
        get
        {
            var backlog = _queue.BacklogOf(_number);
            var (wal, snapshots) = _queue.PendingSizeFor(_number);
            return _status with
            {
                State = State,
                LastSyncAt = Volatile.Read(ref _heldAt) is not 0 and var heldAt ? new(heldAt, TimeSpan.Zero) : null,
                Position = _alignment.Held,
                Requests = _client.Requests,
                LagBytes = backlog.Bytes,
                Lag = backlog.Since is { } since ? _environment.Time.GetUtcNow() - since : TimeSpan.Zero,
                SpoolBytes = wal,
                SnapshotBytes = snapshots,
                BytesUnderWay = _upload.BytesUnderWay,
            };
        }
    }

    /// <summary>To where the replica holds the present generation, with its last objects; null if it can't be restored yet.</summary>
    public KnownEnd? HeldEnd => _alignment.HeldEnd;

    /// <summary>Whether it gets on.</summary>
    public ReplicaPulse Pulse => new(_client.Url, IsGivenUp || _queue.Next(_number) is not null, _upload.Headway);

    /// <summary>Bytes that were stored in the replica since the start.</summary>
    public long BytesShipped => _upload.BytesStored;

    /// <summary>Is told the newest snapshot that the replica holds.</summary>
    public Action<GenerationId, int, DateTimeOffset> HoldsSnapshot { get; init; } = (_, _, _) => { };

    /// <summary>Makes sure that the replica is ours to write to; see <see cref="ReplicaLease.EnsureAsync"/>.</summary>
    public Func<CancellationToken, Task<bool>> Claim { get; init; } = _ => Task.FromResult(true);

    /// <summary>Whether the replica answered last time and fits what waits.</summary>
    public bool IsReachable => _alignment.IsAligned && !IsGivenUp;

    /// <summary>Whether the replica is given up.</summary>
    public bool IsGivenUp => _queue.IsGivenUp(_number);

    /// <summary>Whether what is captured has any use for the replica: it is not given up, or takes data again.</summary>
    public bool CanTake => !IsGivenUp || _comeback.IsReady;

    /// <summary>Whether something waits for the replica, or would if it were not given up.</summary>
    public bool HasPending => !_queue.IsEmptyFor(_number) || _alignment.Present() is { ExpectsSnapshot: true };

    /// <summary>Whether there is something to do: something waits, or it is time to see that the replica is still there.</summary>
    public bool HasWork => HasPending || _alignment.IsLookDue;

    /// <summary>Whether something was shipped that the replica was not asked for since.</summary>
    public bool HasUnseen => _alignment.HasUnseen;

    private ReplicaState State => IsGivenUp ? ReplicaState.GivenUp
        : _failures > 0 ? ReplicaState.Retrying
        : _alignment.IsAligned ? ReplicaState.Running : ReplicaState.Connecting;

    /// <summary>Says that there may be something to ship.</summary>
    public void Wake() => _work.Set();

    /// <summary>Notes, at a look at the source, that the replica holds everything that is captured, if it does.</summary>
    public bool TryNoteHeld()
    {
        if (!IsReachable || HasPending || _alignment.Present() is null) return false;
        Volatile.Write(ref _heldAt, _environment.Time.GetUtcNow().UtcTicks);
        return true;
    }

    /// <summary>Lets the replica be asked again what it holds, for a new generation.</summary>
    public void Realign()
    {
        _alignment.Reset();
        Wake();
    }

    /// <summary>Gives the replica up when more waits for it than may: it alone pays for being slow or away. Not for what is left of former generations: the snapshot of the present one
    /// makes up for that, and it goes first.</summary>
    /// <param name="limit">Compressed bytes; snapshots do not count.</param>
    public void EnforceBound(long limit)
    {
        // after a start everything seems to wait for everybody, until each has said what it holds
        if (_queue.PendingSizeFor(_number).Wal <= limit || !_wasAsked) return;
        AbandonFormer(limit);
        var waiting = _queue.PendingSizeFor(_number).Wal;
        if (waiting <= limit) return;
        var error = new LitestreamException(ErrorCode.ReplicationStalled,
            $"{waiting} bytes wait for the replica, more than the bound of {limit}: it is given up.", _client.Url,
            "Make it reachable, or as fast as the database is written to; a new generation with a new snapshot follows by itself.");
        _status = _status with { LastError = error, LastErrorAt = _environment.Time.GetUtcNow() };
        _events.Write(ReplicationEventKind.SpoolFull, ReplicationSeverity.Error, error.Message, _client.Url, error);
        _comeback.Restart();
        try
        {
            _spool.GiveUp(_number);
        }
        finally
        {
            // whatever it is in the middle of: from now on it is only asked whether it takes data again
            _ = Interlocked.Exchange(ref _giveUp, new()).CancelAsync();
        }
    }

    private void AbandonFormer(long limit)
    {
        if (_alignment.Present() is not { } present) return;
        foreach (var generation in _queue.Generations.Where(g => g != present.Id && _queue.CountFor(_number, g) > 0))
        {
            _events.Write(ReplicationEventKind.TailAbandoned, ReplicationSeverity.Warning,
                $"What waited of the former generation {generation} is given up: more waits for the replica than the bound of {limit} bytes.", _client.Url);
            _spool.Abandon(_number, generation);
        }
    }

    /// <summary>Takes part again from now on, if the replica was given up and takes data again. Called right before a generation
    /// begins, so that all of it is offered.</summary>
    public void Rejoin()
    {
        if (!IsGivenUp || !_comeback.IsReady) return;
        _comeback.End();
        // first: what the replica was found to hold says nothing by now, and nothing waits for it until the generation has begun
        _alignment.Reset();
        _queue.TakeBack(_number);
    }

    /// <summary>Ships until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Volatile.Read(ref _giveUp).Token);
            try
            {
                await ShipAllAsync(attempt.Token).ConfigureAwait(false);
                if (CanTake) Succeeded();
                await _work.WaitAsync(NextLook(), _environment.Time, attempt.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (attempt.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // given up meanwhile
            }
            catch (Exception thrown) when (thrown is LitestreamException || FileErrors.IsFileError(thrown))
            {
                await RetryLaterAsync(thrown, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Returns when the replica holds everything that was offered, and shows the present generation's snapshot.</summary>
    /// <exception cref="LitestreamException">The replica is not to be used before somebody has helped.</exception>
    public Task DrainAsync(CancellationToken cancellationToken) => DrainAsync(long.MaxValue, cancellationToken);

    /// <summary>Returns when the replica holds what was offered first, and shows the present generation's snapshot. Where the replica takes data no
    /// faster than it comes, there is always something that came later.</summary>
    /// <param name="count">How many objects were offered first: see <see cref="SpoolQueue.Added"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="LitestreamException">The replica is not to be used before somebody has helped.</exception>
    public async Task DrainAsync(long count, CancellationToken cancellationToken)
    {
        do
        {
            while (!_alignment.IsAligned || !_queue.IsEmptyFor(_number, count) || _alignment.Present() is null or { ExpectsSnapshot: true })
            {
                if (_refusal is { } refusal) throw refusal;
                Wake();
                await _done.WaitAsync(TimeSpan.FromMilliseconds(100), _environment.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        while (!await _alignment.IsStillThereAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Ships what waits now, after asking the replica what it holds where that is not known.</summary>
    public async Task ShipAllAsync(CancellationToken cancellationToken)
    {
        if (IsGivenUp)
        {
            if (await _comeback.TryAsync(cancellationToken).ConfigureAwait(false) && _alignment.Present() is { } present)
                _alignment.Misaligned(present.Id, $"the replica {_client.Url}, which was given up, takes data again");
            return;
        }

        try
        {
            await _alignment.EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _wasAsked = true;
        }

        while (_alignment.IsAligned && _queue.Next(_number) is { } content)
        {
            await ShipAsync(content, cancellationToken).ConfigureAwait(false);
            _done.Set();
            if (!content.IsSnapshot) continue;
            HoldsSnapshot(content.Generation, content.Start.Index, content.Time);
            _events.Write(ReplicationEventKind.SnapshotShipped, ReplicationSeverity.Information,
                $"The snapshot of index {content.Start.Index:x8} ({content.Size} bytes) is on the replica.", _client.Url);
        }

        if (TryNoteHeld()) _comeback.Forget();
        _done.Set();
    }

    public void Dispose() => _giveUp.Dispose();

    /// <summary>Claims the replica; the first time, what a former run left there goes.</summary>
    private async Task<bool> ClaimAsync(CancellationToken cancellationToken)
    {
        var isOurs = await Claim(cancellationToken).ConfigureAwait(false);
        if (_isTidy) return isOurs;
        try
        {
            await _client.TidyAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e)
        {
            _events.Write(ReplicationEventKind.Untidied, ReplicationSeverity.Warning,
                $"Parts of uploads that broke off may stay in the store: they could not be looked for. {e.Message}", _client.Url, e);
        }

        _isTidy = true;
        return isOurs;
    }

    private TimeSpan NextLook() => IsGivenUp ? _comeback.NextTry : _alignment.LooksAgainIn;

    private void Succeeded()
    {
        if (_failures > 0)
            _events.Write(ReplicationEventKind.Recovered, ReplicationSeverity.Information, "The replica takes data again.", _client.Url);
        _failures = 0;
        _refusal = null;
    }

    private async Task RetryLaterAsync(Exception thrown, CancellationToken cancellationToken)
    {
        var e = thrown as LitestreamException ?? FileErrors.Wrap(thrown, _client.Url, "tidy the spool behind the replica", ErrorCode.FileError);
        _alignment.Reset();
        _failures++;
        // not by the first one: a virus scanner denies a file for a moment, too
        _refusal = _failures > 1 && IsFinal(e.Code) ? e : null;
        var severity = _failures == 1 && IsFinal(e.Code) ? ReplicationSeverity.Error : ReplicationSeverity.Warning;
        var wait = Backoff.After(_failures, _environment.Random);
        _status = _status with { LastError = e, LastErrorAt = _environment.Time.GetUtcNow() };
        _done.Set();
        _events.Write(ReplicationEventKind.RetryScheduled, severity,
            $"{e.Message} {e.Hint} Next try in {wait.InSeconds()}.", _client.Url, e);
        await Task.Delay(wait, _environment.Time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether nobody but a person can help.</summary>
    private static bool IsFinal(ErrorCode code) => code is ErrorCode.ReplicaAccessDenied or ErrorCode.ReplicaNotFound or ErrorCode.ReplicaInUse;

    /// <summary>Somebody has removed what waited: without it the rest of its generation is worth nothing.</summary>
    private void LetGo(SpooledObject content, Exception e)
    {
        var error = new LitestreamException(ErrorCode.MetadataCorrupt, $"'{content.Key}' was removed from the metadata folder before it was shipped.",
            content.Key, "Leave the metadata folder alone while a replication uses it; a new generation follows.", e);
        _status = _status with { LastError = error, LastErrorAt = _environment.Time.GetUtcNow() };
        _events.Write(ReplicationEventKind.TailAbandoned, ReplicationSeverity.Warning, error.Message, _client.Url, error);
        _spool.Abandon(_number, content.Generation);
        _alignment.Refuse(content.Generation, "what waited for a replica was removed from the metadata folder");
    }

    private async Task ShipAsync(SpooledObject content, CancellationToken cancellationToken)
    {
        var isStored = false;
        try
        {
            var stream = _spool.OpenRead(content);
            await using (stream.ConfigureAwait(false))
            {
                using var upload = new UploadStream(stream, offset => _upload.Reached(content, offset));
                await _client.PutAsync(content.Key, upload, _alignment.TimeOf(content), cancellationToken).ConfigureAwait(false);
                if (content.IsSnapshot)
                {
                    stream.Position = 0;
                    await SnapshotMark.PutAsync(_client, content.Generation, content.Start.Index, stream, _alignment.TimeOf(content), cancellationToken).ConfigureAwait(false);
                }
            }

            isStored = true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            LetGo(content, e);
            return;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, content.Key, "read the spool", ErrorCode.FileError);
        }
        finally
        {
            if (!isStored) _upload.Failed();
        }

        // before whoever waits for the queue to be empty asks how far the replica is
        _upload.Stored(content);
        _alignment.Shipped(content);
        _spool.Confirm(_number, content);
    }
}
