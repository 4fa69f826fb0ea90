using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>
/// What waits in the spool, in the order in which it has to reach each replica: a generation's first snapshot before its
/// segments, segments in order of position. Knows nothing of files. Safe for concurrent use.
/// </summary>
internal sealed class SpoolQueue(int replicaCount)
{
    private readonly object _lock = new();
    private readonly List<SpoolEntry> _entries = [];
    private readonly HashSet<(int Replica, GenerationId Generation)> _withSnapshot = [];
    private readonly Backlog[] _missed = new Backlog[replicaCount];
    private ulong _givenUp;
    private long _added;

    /// <summary>Compressed bytes that some replica still waits for.</summary>
    public (long Wal, long Snapshots) PendingSize
    {
        get
        {
            lock (_lock) return SizeOf(e => e.Pending != 0);
        }
    }

    /// <summary>The generations in the spool, oldest first.</summary>
    public IReadOnlyList<GenerationId> Generations
    {
        get
        {
            lock (_lock) return [.. _entries.Select(e => e.Content.Generation).Distinct()];
        }
    }

    /// <summary>How many objects were added so far.</summary>
    public long Added
    {
        get
        {
            lock (_lock) return _added;
        }
    }

    private ulong Everybody => replicaCount == 64 ? ulong.MaxValue : (1UL << replicaCount) - 1;

    /// <summary>Adds a durable object for all replicas.</summary>
    public void Add(SpooledObject content)
    {
        lock (_lock)
        {
            _entries.Add(new(content, Everybody & ~_givenUp, ++_added));
            for (var replica = 0; replica < replicaCount; replica++)
                if (IsGivenUpHere(replica)) _missed[replica] = _missed[replica].With(content);
        }
    }

    /// <summary>The next object for a replica; null if it holds everything it can hold by now.</summary>
    public SpooledObject? Next(int replica)
    {
        lock (_lock)
            return _entries.FirstOrDefault(e => e.IsPendingFor(replica)
                && (e.Content.IsSnapshot || _withSnapshot.Contains((replica, e.Content.Generation))))?.Content;
    }

    /// <summary>Notes that a replica holds an object.</summary>
    /// <returns>Objects that nobody needs any more.</returns>
    public IReadOnlyList<SpooledObject> Confirm(int replica, SpooledObject content)
    {
        lock (_lock)
        {
            foreach (var entry in _entries.Where(e => e.Content == content)) entry.Pending &= ~(1UL << replica);
            if (content.IsSnapshot) NoteSnapshot(replica, content.Generation);
            return Trim();
        }
    }

    /// <summary>Aligns the queue with what a replica says it holds of a generation.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="held">What is listed there; null if it has no such generation.</param>
    /// <param name="expectsSnapshot">Whether the generation's first snapshot is still being copied.</param>
    /// <returns>Whether what waits here continues what is there, without gap and overlap. Always so for a replica that is given up:
    /// nothing waits for it.</returns>
    public bool Align(int replica, GenerationId generation, GenerationInfo? held, bool expectsSnapshot)
    {
        lock (_lock)
        {
            if (IsGivenUpHere(replica)) return true;
            var mine = _entries.Where(e => e.Content.Generation == generation).ToList();
            var last = held?.Segments.Count > 0 ? held.Segments[^1].Start : (Position?)null;
            var snapshots = held?.Snapshots ?? [];
            foreach (var entry in mine)
            {
                // one that is older than what is there was let go by retention, and is not to come back
                var isHeld = entry.Content.IsSnapshot
                    ? snapshots.Any(s => s.Index >= entry.Content.Start.Index)
                    : entry.Content.Start <= last;
                entry.Pending = isHeld ? entry.Pending & ~(1UL << replica) : entry.Pending | 1UL << replica;
            }

            var hasSnapshot = snapshots.Count > 0;
            if (hasSnapshot) _withSnapshot.Add((replica, generation));
            else _withSnapshot.Remove((replica, generation));
            if (!hasSnapshot && !expectsSnapshot && !mine.Exists(e => e.Content.IsSnapshot)) return false;

            // The last segment that a replica holds stays in the spool until the next one is there: it ties the two together.
            // Where it holds none, what waits has to begin at a snapshot.
            var segments = mine.Where(e => !e.Content.IsSnapshot).Select(e => e.Content).ToList();
            var fits = last is null ? segments.Count == 0 || IsAtSnapshot(segments[0].Start, held, mine) : segments.Exists(s => s.Start == last);
            if (fits && hasSnapshot) NoteSnapshot(replica, generation);
            return fits;
        }
    }

    /// <summary>What a replica lists of a generation, without the snapshots of which it shows another size than was given to it: a store that shows
    /// half of a snapshot holds none.</summary>
    public GenerationInfo WithoutTorn(GenerationInfo held)
    {
        lock (_lock)
            return held with { Snapshots = [.. held.Snapshots.Where(s => !_entries.Exists(e => IsTorn(s, e.Content)))] };
    }

    /// <summary>Takes out the snapshots that a newer one makes needless: the older ones of its generation, where each replica that
    /// still waits for them holds one already, on which the WAL can be applied.</summary>
    /// <param name="snapshot">The newer one.</param>
    /// <returns>What was taken out.</returns>
    public IReadOnlyList<SpooledObject> Supersede(SpooledObject snapshot)
    {
        lock (_lock)
        {
            var gone = _entries.Where(e => e.Content.IsSnapshot && e.Content.Generation == snapshot.Generation && e.Content.Start < snapshot.Start
                && Enumerable.Range(0, replicaCount).All(r => !e.IsPendingFor(r) || _withSnapshot.Contains((r, snapshot.Generation)))).ToHashSet();
            _entries.RemoveAll(gone.Contains);
            return [.. gone.Select(e => e.Content)];
        }
    }

    /// <summary>Whether a replica was offered everything and waits for nothing.</summary>
    public bool IsEmptyFor(int replica) => IsEmptyFor(replica, long.MaxValue);

    /// <summary>Whether a replica was offered everything, waits for nothing of what was added first, and for no snapshot without which it can't be restored.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="count">How many were added first: see <see cref="Added"/>.</param>
    public bool IsEmptyFor(int replica, long count)
    {
        lock (_lock)
            return !IsGivenUpHere(replica) && !_entries.Exists(e => e.IsPendingFor(replica)
                && (e.Number <= count || (e.Content.IsSnapshot && !_withSnapshot.Contains((replica, e.Content.Generation)))));
    }

    /// <summary>Whether a replica waits for an object.</summary>
    public bool IsPendingFor(int replica, SpooledObject content)
    {
        lock (_lock) return _entries.Exists(e => e.Content == content && e.IsPendingFor(replica));
    }

    /// <summary>How many objects of a generation a replica waits for.</summary>
    public int CountFor(int replica, GenerationId generation)
    {
        lock (_lock) return _entries.Count(e => e.Content.Generation == generation && e.IsPendingFor(replica));
    }

    /// <summary>Compressed bytes a replica waits for. Only those of the WAL count for the spool's bound: a snapshot is as large as
    /// it is, and can be made again.</summary>
    public (long Wal, long Snapshots) PendingSizeFor(int replica)
    {
        lock (_lock) return SizeOf(e => e.IsPendingFor(replica));
    }

    /// <summary>What a replica lacks of the WAL: what waits for it, and what was let go when it was given up.</summary>
    public Backlog BacklogOf(int replica)
    {
        lock (_lock) return BacklogHere(replica);
    }

    /// <summary>Whether a replica is given up.</summary>
    public bool IsGivenUp(int replica)
    {
        lock (_lock) return IsGivenUpHere(replica);
    }

    /// <summary>Gives up a replica: nothing waits for it any more, and nothing new will, until it is taken back.</summary>
    /// <returns>Objects that nobody needs any more.</returns>
    public IReadOnlyList<SpooledObject> GiveUp(int replica)
    {
        lock (_lock)
        {
            _missed[replica] = BacklogHere(replica);
            _givenUp |= 1UL << replica;
            foreach (var entry in _entries) entry.Pending &= ~(1UL << replica);
            return Trim();
        }
    }

    /// <summary>Offers a replica again what is added from now on. It lacks what was added before: see <see cref="Align"/>.</summary>
    public void TakeBack(int replica)
    {
        lock (_lock) _givenUp &= ~(1UL << replica);
    }

    /// <summary>The segment that starts at a position; null if the spool does not hold it.</summary>
    public SpooledObject? FindSegment(GenerationId generation, Position start)
    {
        lock (_lock)
            return _entries.Find(e => !e.Content.IsSnapshot && e.Content.Generation == generation && e.Content.Start == start)?.Content;
    }

    /// <summary>Gives up a generation for one replica.</summary>
    /// <returns>Objects that nobody needs any more.</returns>
    public IReadOnlyList<SpooledObject> Abandon(int replica, GenerationId generation)
    {
        lock (_lock)
        {
            foreach (var entry in _entries.Where(e => e.Content.Generation == generation)) entry.Pending &= ~(1UL << replica);
            return Trim();
        }
    }

    /// <summary>Takes a generation out.</summary>
    /// <returns>Its objects.</returns>
    public IReadOnlyList<SpooledObject> Remove(GenerationId generation)
    {
        lock (_lock)
        {
            var removed = _entries.Where(e => e.Content.Generation == generation).Select(e => e.Content).ToList();
            _entries.RemoveAll(e => e.Content.Generation == generation);
            return removed;
        }
    }

    private static bool IsTorn(SnapshotInfo held, SpooledObject content) =>
        content.IsSnapshot && content.Generation == held.Generation && content.Start.Index == held.Index && content.Size != held.Size;

    private static bool IsAtSnapshot(Position start, GenerationInfo? held, List<SpoolEntry> mine) =>
        start.Offset == 0
        && (start.Index == 0
            || held?.Snapshots.Any(s => s.Index == start.Index) == true
            || mine.Exists(e => e.Content.IsSnapshot && e.Content.Start.Index == start.Index));

    private bool IsGivenUpHere(int replica) => (_givenUp & (1UL << replica)) != 0;

    private Backlog BacklogHere(int replica) =>
        _entries.Where(e => e.IsPendingFor(replica)).Aggregate(_missed[replica], (backlog, entry) => backlog.With(entry.Content));

    /// <summary>A snapshot of the newest generation makes up for whatever was let go before it.</summary>
    private void NoteSnapshot(int replica, GenerationId generation)
    {
        _withSnapshot.Add((replica, generation));
        if (!IsGivenUpHere(replica) && (_entries.Count == 0 || generation == _entries[^1].Content.Generation)) _missed[replica] = default;
    }

    private (long Wal, long Snapshots) SizeOf(Func<SpoolEntry, bool> condition)
    {
        var pending = _entries.Where(condition).ToLookup(e => e.Content.IsSnapshot, e => e.Content.Size);
        return (pending[false].Sum(), pending[true].Sum());
    }

    /// <summary>Takes out what all replicas hold, but for the last segment of it in each generation: see <see cref="Align"/>. A former
    /// generation that is wholly shipped needs none.</summary>
    private List<SpooledObject> Trim()
    {
        var newest = _entries.Count == 0 ? default : _entries[^1].Content.Generation;
        var kept = _entries.GroupBy(e => e.Content.Generation)
            .Where(g => g.Key == newest || g.Any(e => e.Pending != 0))
            .Select(g => g.Where(e => !e.Content.IsSnapshot).TakeWhile(e => e.Pending == 0).LastOrDefault())
            .ToHashSet();
        var gone = _entries.Where(e => e.Pending == 0 && !kept.Contains(e)).ToHashSet();
        _entries.RemoveAll(gone.Contains);
        return [.. gone.Select(e => e.Content)];
    }
}
