using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Spool;
using Litestream.Engine.Verification;

namespace Litestream.Engine.Replication;

/// <summary>Holds what waits for one replica against what the replica itself says it holds: at the start, after each failure, and
/// now and then.</summary>
/// <param name="number">The replica's number in the queue.</param>
/// <param name="client">The replica.</param>
/// <param name="queue">What waits.</param>
/// <param name="spool">Where it waits.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplicaAlignment(int number, IReplicaClient client, SpoolQueue queue, SpoolFolder spool, TimeProvider time)
{
    /// <summary>How long a replica is taken to be as it was found, before the next object is put there.</summary>
    private static readonly TimeSpan s_trust = TimeSpan.FromSeconds(10);

    /// <summary>The same while there is nothing to put there, if asking costs nothing.</summary>
    private static readonly TimeSpan s_idleTrust = TimeSpan.FromMinutes(1);

    /// <summary>How long it is where asking costs something.</summary>
    private static readonly TimeSpan s_costlyTrust = TimeSpan.FromHours(1);

    /// <summary>How long such a replica is taken to be ours.</summary>
    private static readonly TimeSpan s_claimTrust = TimeSpan.FromMinutes(1);

    /// <summary>The same where a look at the lease costs next to nothing.</summary>
    private static readonly TimeSpan s_cheapClaimTrust = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_timeStep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pauseLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(10);

    private readonly ObjectTimes _times = new(client);
    private volatile bool _isAligned;
    private long _seenAt;
    private long _claimedAt;
    private int _resets;
    private volatile HeldPosition? _held;
    private EarliestTime? _notBefore;
    private readonly object _gate = new();
    private readonly List<SpooledObject> _unseen = [];
    private bool _isTieSeen = true;
    private GenerationId? _refused;
    private string? _whyRefused;
    private long _refusedAt;
    private TimeSpan _pause;
    private int _refusals;

    /// <summary>The present generation; null while there is none.</summary>
    public required Func<PresentGeneration?> Present { get; init; }

    /// <summary>Is called, with the generation and the reason, when the replica can't go on with the present generation.</summary>
    public required Action<GenerationId, string> Misaligned { get; init; }

    /// <summary>Makes sure that the replica is ours, before it is asked what it holds. False if it may have been another's meanwhile: then
    /// the present generation may not be the newest one there any more.</summary>
    public required Func<CancellationToken, Task<bool>> Claim { get; init; }

    /// <summary>Is told what somebody should know.</summary>
    public required Action<ReplicationEventKind, string> Warned { get; init; }

    /// <summary>Is told the newest snapshot that the replica holds of the present generation.</summary>
    public required Action<GenerationId, int, DateTimeOffset> HoldsSnapshot { get; init; }

    /// <summary>Whether the replica answered last time and fits what waits.</summary>
    public bool IsAligned => _isAligned;

    /// <summary>To where the replica holds the present generation; null if it can't be restored yet.</summary>
    public Position? Held => HeldEnd?.Position;

    /// <summary>The same, with the last objects.</summary>
    public KnownEnd? HeldEnd => _held is { } held && held.Generation == Present()?.Id ? held.End : null;

    /// <summary>The time that an object carries there: its own, or one after all former generations if those are later, so that the present
    /// generation is the newest one by its times. The clock alone is not enough where our folder was lost and the clock has been set back.</summary>
    public DateTimeOffset TimeOf(SpooledObject content) =>
        _notBefore is { } limit && limit.Generation == content.Generation && limit.Time > content.Time ? limit.Time : content.Time;

    /// <summary>How long there is nothing to look at unless somebody says so. A replica whose requests cost something is left alone
    /// while nothing waits for it.</summary>
    public TimeSpan LooksAgainIn => _whyRefused is not null ? s_pauseLook : client.CostsPerRequest ? Timeout.InfiniteTimeSpan : s_idleTrust;

    /// <summary>Whether it is time to see that what the replica is said to hold is still there.</summary>
    public bool IsLookDue
    {
        get
        {
            if (!_isAligned) return false;
            var isIdle = queue.IsEmptyFor(number);
            if (client.CostsPerRequest) return !isIdle && time.GetElapsedTime(_seenAt) >= s_costlyTrust;
            return time.GetElapsedTime(_seenAt) >= (isIdle ? s_idleTrust : s_trust);
        }
    }

    /// <summary>Whether something was shipped that the replica was not asked for since.</summary>
    public bool HasUnseen
    {
        get
        {
            lock (_gate) return _unseen.Count > 1 || (_unseen.Count == 1 && !_isTieSeen);
        }
    }

    /// <summary>Lets the replica be asked again what it holds: another generation has begun, or it is not what it was.</summary>
    public void Reset()
    {
        Interlocked.Increment(ref _resets);
        _isAligned = false;
    }

    /// <summary>Notes what was shipped since.</summary>
    public void Shipped(SpooledObject content)
    {
        var held = _held is { } former && former.Generation == content.Generation ? former.End : default;
        _held = new(content.Generation, new(content.End > held.Position ? content.End : held.Position)
        {
            LastSegment = content.IsSnapshot ? held.LastSegment : content.Start,
            Snapshots = content.IsSnapshot ? [.. (held.Snapshots ?? []).Union([content.Start.Index])] : held.Snapshots,
        });
        lock (_gate)
        {
            _unseen.Add(content);
            _isTieSeen = false;
        }
    }

    /// <summary>Asks the replica what it holds, where that is not known, or not any more.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (IsLookDue) await LookAgainAsync(cancellationToken).ConfigureAwait(false);
        else if (_isAligned && IsClaimDue()) await IsOursAsync(Present(), cancellationToken).ConfigureAwait(false);
        if (!_isAligned) await AlignAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Before anybody is told that the replica holds everything, nothing is taken on trust. False when it has to be asked
    /// again what it holds.</summary>
    public async Task<bool> IsStillThereAsync(CancellationToken cancellationToken)
    {
        if (Present() is not { ExpectsSnapshot: false } present) return false;
        try
        {
            if (!await IsOursAsync(present, cancellationToken).ConfigureAwait(false)) return false;
            if (Held is not { } known) Reset();
            else if (await ShowsAllAsync(present.Id, known, cancellationToken).ConfigureAwait(false)) return true;
            else Refuse(present.Id, WhyUnfit);
        }
        catch (LitestreamException)
        {
            // aligning asks the same, tells what fails, and tries again
            Reset();
        }

        return false;
    }

    /// <summary>Asks for another generation; the more rarely, the more often the replica did not hold what was put there: each costs all
    /// replicas a snapshot.</summary>
    /// <param name="generation">The one that can't go on.</param>
    /// <param name="reason">Why, for people.</param>
    public void Refuse(GenerationId generation, string reason)
    {
        if (generation == _refused) return;
        var pause = _refusals == 0 || time.GetElapsedTime(_refusedAt) > s_longestPause ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, _refusals), s_longestPause.TotalSeconds)) - time.GetElapsedTime(_refusedAt);
        _refusals = time.GetElapsedTime(_refusedAt) > s_longestPause ? 1 : _refusals + 1;
        (_refused, _refusedAt, _pause, _whyRefused) = (generation, time.GetTimestamp(), pause, reason);
        Reset();
        if (pause > TimeSpan.Zero)
            Warned(ReplicationEventKind.RetryScheduled, $"Again {reason}: another generation follows in {pause.InSeconds()}. See whether something deletes or hides its files.");
        AskForGeneration();
    }

    private void AskForGeneration()
    {
        if (_whyRefused is not { } reason || time.GetElapsedTime(_refusedAt) < _pause || _refused is not { } generation) return;
        _whyRefused = null;
        if (generation == Present()?.Id) Misaligned(generation, reason);
    }

    private string WhyUnfit => $"the replica {client.Url} does not hold what was shipped to it";

    private async Task AlignAsync(CancellationToken cancellationToken)
    {
        var resets = Volatile.Read(ref _resets);
        var present = Present();
        if (present is not null && present.Id == _refused)
        {
            AskForGeneration();
            return; // the next one is on its way
        }

        if (!await IsOursAsync(present, cancellationToken).ConfigureAwait(false)) return;
        var catalog = new ReplicaCatalog(client);
        var generations = queue.Generations.Union(present is null ? [] : [present.Id]).ToList();
        if (generations.Count == 0) await AskAsync(cancellationToken).ConfigureAwait(false);
        foreach (var generation in generations)
        {
            // what is listed counts as held from now on, and leaves the spool
            await client.ConfirmAsync(ObjectKey.Snapshots(generation), cancellationToken).ConfigureAwait(false);
            await client.ConfirmAsync(ObjectKey.Wal(generation), cancellationToken).ConfigureAwait(false);
            var listed = await catalog.ReadGenerationAsync(generation, cancellationToken).ConfigureAwait(false);
            var held = listed is null ? null : queue.WithoutTorn(listed);
            var isPresent = generation == present?.Id;
            var fits = queue.Align(number, generation, held, isPresent && present!.ExpectsSnapshot)
                && ShowsSnapshots(held, ShippedOf(generation).FindAll(o => !queue.IsPendingFor(number, o)))
                && await IsTiedAsync(generation, held, cancellationToken).ConfigureAwait(false);
            if (isPresent && held?.Snapshots.Count > 0) HoldsSnapshot(generation, held.Snapshots[^1].Index, held.Snapshots[^1].CreatedAt);
            if (isPresent)
            {
                _held = held is null ? null : ToHeld(held);
                // as long as the clock is not behind what is there, each commit is later than that by itself
                _notBefore = held is not null && await _times.FindLastAsync(held, cancellationToken).ConfigureAwait(false) <= time.GetUtcNow() ? null
                    : new(generation, await FindLatestTimeAsync(catalog, generation, cancellationToken).ConfigureAwait(false) + s_timeStep);
            }

            if (fits)
            {
                if (held is { Snapshots: [.., var newest] } && !held.Marks.Contains(newest.Index)) await MarkAsync(newest, cancellationToken).ConfigureAwait(false);
                continue;
            }

            // which generation goes on is not known yet, and a replica that is slow to come up may show nothing at first
            if (present is null) return;
            if (!isPresent)
            {
                // a new replica misses nothing by the one segment that is kept of a generation that is wholly shipped
                if (listed is not null || queue.CountFor(number, generation) > 1)
                    Warned(ReplicationEventKind.TailAbandoned, $"What waited of the former generation {generation} is given up: the replica does not hold what came before it.");
                spool.Abandon(number, generation);
                continue;
            }

            Refuse(generation, WhyUnfit);
            return;
        }

        _seenAt = time.GetTimestamp();
        _isAligned = true;
        if (resets != Volatile.Read(ref _resets)) _isAligned = false; // another generation has begun meanwhile
    }

    /// <summary>Who died, or failed, between a snapshot and its mark, finds the snapshot to be there and ships it no more. The newest one is never let go meanwhile.</summary>
    private async Task MarkAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        var stored = await client.GetAsync(snapshot.Key, cancellationToken).ConfigureAwait(false);
        await using (stored.ConfigureAwait(false))
            await SnapshotMark.PutAsync(client, snapshot.Generation, snapshot.Index, stored, snapshot.CreatedAt, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsOursAsync(PresentGeneration? present, CancellationToken cancellationToken)
    {
        var isOurs = await Claim(cancellationToken).ConfigureAwait(false);
        _claimedAt = time.GetTimestamp();
        // what is stored of a generation from its beginning on is later than all that is there by then
        if (isOurs || present is null || _held?.Generation != present.Id) return true;
        Refuse(present.Id, $"the replica {client.Url} was let go by somebody else, who may have written to it");
        return false;
    }

    /// <summary>Whether the replica is still ours is asked more often than what it holds.</summary>
    private bool IsClaimDue() =>
        !queue.IsEmptyFor(number) && time.GetElapsedTime(_claimedAt) >= (client.CostsPerRequest ? s_claimTrust : s_cheapClaimTrust);

    /// <summary>A replica that was deleted takes new objects without a word: see now and then whether it is still there.</summary>
    private async Task LookAgainAsync(CancellationToken cancellationToken)
    {
        if (!await IsOursAsync(Present(), cancellationToken).ConfigureAwait(false)) return;
        // the first snapshot may still be on its way, and then nothing is to be seen
        if (Present() is not { ExpectsSnapshot: false } present || Held is not { } known) return;
        if (!await ShowsAllAsync(present.Id, known, cancellationToken).ConfigureAwait(false)) Refuse(present.Id, WhyUnfit);
        _seenAt = time.GetTimestamp();
    }

    /// <summary>Whether the replica shows what can be restored by its names, with all that was shipped since it was last asked. What is
    /// shipped while it answers may be shown without what was shipped right before it.</summary>
    /// <param name="generation">The present generation.</param>
    /// <param name="known">To where the replica held it before it was asked.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    private async Task<bool> ShowsAllAsync(GenerationId generation, Position known, CancellationToken cancellationToken)
    {
        var shipped = ShippedOf(generation);
        var held = await new ReplicaCatalog(client).ReadGenerationAsync(generation, cancellationToken).ConfigureAwait(false);
        if (held is null || RestoreChain.TryChoose(held with { Segments = [.. held.Segments.TakeWhile(s => s.Start < known)] }, new()) is null) return false;
        // retention lets go what lies before a snapshot
        var first = new Position(held.Snapshots[^1].Index, 0);
        var segments = held.Segments.ToDictionary(s => s.Start, s => s.Size);
        if (shipped.Exists(o => !o.IsSnapshot && o.Start >= first && (!segments.TryGetValue(o.Start, out var size) || size != o.Size))) return false;
        if (!ShowsSnapshots(held, shipped)) return false;
        // the last one is looked for again the next time: it ties what follows to what is there
        lock (_gate)
        {
            _isTieSeen = _unseen.TrueForAll(o => o.Generation != generation || shipped.Contains(o));
            _unseen.RemoveAll(o => o.Generation != generation || (shipped.Contains(o) && o != shipped.FindLast(s => !s.IsSnapshot)));
        }

        return true;
    }

    /// <summary>What was shipped of a generation since the replica was last asked.</summary>
    private List<SpooledObject> ShippedOf(GenerationId generation)
    {
        lock (_gate) return [.. _unseen.Where(o => o.Generation == generation)];
    }

    /// <summary>Whether the replica shows whole snapshots of those that were shipped to it, but for what a newer one allows retention to let go.</summary>
    private static bool ShowsSnapshots(GenerationInfo? held, List<SpooledObject> shipped) => shipped.TrueForAll(o => !o.IsSnapshot
        || held?.Snapshots.FirstOrDefault(s => s.Index >= o.Start.Index) is { } found && (found.Index > o.Start.Index || found.Size == o.Size));

    /// <summary>Whether the last segment that the replica holds is the one of that name in the spool, byte for byte: after our folder, or
    /// the replica's, was put back from an older copy, one name may stand for two contents.</summary>
    private async Task<bool> IsTiedAsync(GenerationId generation, GenerationInfo? held, CancellationToken cancellationToken)
    {
        if (held is not { Segments: [.., var last] } || queue.FindSegment(generation, last.Start) is not { } spooled) return true;
        lock (_gate)
        {
            _unseen.RemoveAll(o => o.Generation == generation);
            _unseen.Add(spooled);
            _isTieSeen = true;
        }

        if (last.Size != spooled.Size) return false;
        if (TryOpen(spooled) is not { } ours) return true; // somebody has removed it here: what waits behind it is gone, too, and is let go when its turn comes
        await using (ours.ConfigureAwait(false))
        {
            var theirs = await client.GetAsync(last.Key, cancellationToken).ConfigureAwait(false);
            await using (theirs.ConfigureAwait(false)) return await StreamComparison.IsSameAsync(ours, theirs, cancellationToken).ConfigureAwait(false);
        }
    }

    private Stream? TryOpen(SpooledObject spooled)
    {
        try
        {
            return spool.OpenRead(spooled);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The time of the newest object of all other generations.</summary>
    private async Task<DateTimeOffset> FindLatestTimeAsync(ReplicaCatalog catalog, GenerationId present, CancellationToken cancellationToken)
    {
        var latest = DateTimeOffset.MinValue;
        await foreach (var name in client.ListFoldersAsync(ObjectKey.Generations, cancellationToken).ConfigureAwait(false))
        {
            if (!GenerationId.TryParse(name, out var id) || id == present) continue;
            var other = await catalog.ReadGenerationAsync(id, cancellationToken).ConfigureAwait(false);
            if (other is not null && await _times.FindLastAsync(other, cancellationToken).ConfigureAwait(false) is { } last && last > latest) latest = last;
        }

        if (latest > time.GetUtcNow() + s_clockTolerance)
            Warned(ReplicationEventKind.ClockBehind,
                $"The replica holds objects of {latest:u}, later than the clock shows: what is stored now gets that time, so that the newest generation is the newest by time too. Restore by index and offset until the clock has passed it.");
        return latest;
    }

    /// <summary>Throws when the replica does not answer.</summary>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var folders = client.ListFoldersAsync(ObjectKey.Generations, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (folders.ConfigureAwait(false)) await folders.MoveNextAsync().ConfigureAwait(false);
    }

    private HeldPosition? ToHeld(GenerationInfo held)
    {
        if (held.Snapshots.Count == 0) return null;
        var snapshot = new Position(held.Snapshots[^1].Index, 0);
        var end = held.Segments.Count > 0 ? EndOf(held.Id, held.Segments[^1].Start) : snapshot;
        return new(held.Id, new(end > snapshot ? end : snapshot)
        {
            LastSegment = held.Segments.Count > 0 ? held.Segments[^1].Start : null,
            Snapshots = [.. held.Snapshots.Select(s => s.Index)],
        });
    }

    private Position EndOf(GenerationId generation, Position start) => queue.FindSegment(generation, start)?.End ?? start;

    private sealed record HeldPosition(GenerationId Generation, KnownEnd End);

    private sealed record EarliestTime(GenerationId Generation, DateTimeOffset Time);
}
