using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>A snapshot and the segments on top of it, as far as a request goes.</summary>
internal sealed class RestoreChain
{
    private readonly SnapshotInfo _snapshot;
    private readonly List<WalSegmentInfo> _segments = [];
    private readonly List<WalSegmentInfo> _beyond = [];
    private readonly List<WalSegmentInfo> _unreachable = [];
    private readonly RestoreRequest _request;
    private readonly WalSegmentInfo? _next;

    private RestoreChain(SnapshotInfo snapshot, GenerationInfo generation, RestoreRequest request)
    {
        _snapshot = snapshot;
        _request = request;
        var inReach = true;
        foreach (var segment in generation.Segments.Where(s => s.Start.Index >= snapshot.Index))
        {
            inReach = inReach && Includes(segment);
            if (inReach)
            {
                Append(segment);
                continue;
            }

            _next ??= segment;
            if (segment.Start.Index == snapshot.Index) _beyond.Add(segment);
        }

        // Asked for by number, the index has to be reached. That of the snapshot may be without WAL, unless later ones prove
        // that there was some.
        var target = request.Index - (request.Offset == 0 ? 1 : 0);
        var isOver = generation.Snapshots[^1].Index > snapshot.Index
            || (generation.Segments.Count > 0 && generation.Segments[^1].Start.Index > snapshot.Index);
        if (ReachedIndex < target && (target > snapshot.Index || isOver)) Missing ??= new(ReachedIndex + 1, 0);
    }

    /// <summary>Where the first object that is needed and not there would start; null if none is missing by name.</summary>
    public Position? Missing { get; private set; }

    /// <summary>What is applied on top, as far as nothing is missing by name.</summary>
    public IReadOnlyList<WalSegmentInfo> Segments => _segments;

    private int ReachedIndex => _segments.Count == 0 ? _snapshot.Index - 1 : _segments[^1].Start.Index;

    // a snapshot alone stands before the first segment of its index
    private Position Reach => _segments.Count == 0 ? new(_snapshot.Index, -1) : _segments[^1].Start;

    /// <summary>
    /// Whether the snapshot holds nothing that the segments do not bring as well. A snapshot of Litestream 0.3 already holds
    /// an unknown part of its own index (replica format 1.4 and 5.4); replaying less than that part would put old pages over
    /// newer ones. It is safe when the index is replayed whole, when nothing of it is replayed on the way to a time (the
    /// snapshot is a committed state of before), or when a segment made after the snapshot is replayed. Times may be wrong, and
    /// there may be no other snapshot: where an index is cut the restore compares what it can (<see cref="SnapshotOverhang"/>).
    /// </summary>
    private bool IsSafe
    {
        get
        {
            // an index that is asked for from its start on leaves the one before whole
            var isCut = _request.Offset is not null && (_segments.Count == 0 || ReachedIndex == _request.Index);
            if (_beyond.Count == 0 && !isCut) return true;
            if (_segments.Count == 0) return !isCut;
            // the last one may be replayed in part only
            var whole = isCut ? _segments.Count - 1 : _segments.Count;
            return _segments[^1].Start.Index > _snapshot.Index || _segments.Take(whole).Any(s => s.CreatedAt >= _snapshot.CreatedAt);
        }
    }

    /// <summary>Makes a plan of the chain of the newest snapshot that is safe, else of the newest. Where a partial restore is allowed, of
    /// the chain that leads furthest, with the others as alternatives.</summary>
    /// <param name="generation">What there is.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="url">The replica.</param>
    /// <param name="warnings">What is remarkable so far.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ObjectMissing"/> when something is missing in each.</exception>
    public static RestorePlan Choose(GenerationInfo generation, RestoreRequest request, string url, IReadOnlyList<RestoreWarning> warnings)
    {
        var chains = AllFor(generation, request);
        if (!request.AllowPartial)
        {
            var whole = Whole(chains);
            var chosen = Best(whole) ?? throw chains[0].MissingObject();
            return chosen.ToPlan(url) with { Warnings = warnings, Alternatives = [.. whole.Where(c => c != chosen).Select(c => c.ToPlan(url))] };
        }

        var best = chains.OrderByDescending(c => c.Reach).ThenByDescending(c => c.IsSafe).ToList();
        List<RestorePlan> plans = [.. best.Select(c => c.ToPartialPlan(url)), .. best.Select(c => c.ToSnapshotAlone(url)).OfType<RestorePlan>()];
        return plans[0] with { Warnings = warnings, Alternatives = [.. plans.Skip(1).Select(p => p with { Warnings = warnings })] };
    }

    /// <summary>Chooses as <see cref="Choose"/> does; null when no snapshot fits, or something is missing in each.</summary>
    public static RestoreChain? TryChoose(GenerationInfo generation, RestoreRequest request) => Best(Whole(AllFor(generation, request)));

    /// <summary>The chain from a snapshot to the last segment that can be applied to it.</summary>
    public static RestoreChain From(SnapshotInfo snapshot, GenerationInfo generation) => new(snapshot, generation, new());

    /// <summary>Whether a restore to a time, or to any later one, finds the snapshot as good as an older one: nothing is missing by
    /// name, and it is safe, which it then stays for all later times.</summary>
    /// <param name="snapshot">A snapshot from before the time.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="time">The time.</param>
    public static bool IsWholeAndSafe(SnapshotInfo snapshot, GenerationInfo generation, DateTimeOffset time) =>
        new RestoreChain(snapshot, generation, new() { Timestamp = time }) is { Missing: null, IsSafe: true };

    private RestorePlan ToPlan(string url) => new(url, _snapshot, _segments)
    {
        Next = _next,
        IsLatest = _request is { Timestamp: null, Index: null },
        IsOfAnyGeneration = _request.Generation is null,
        StopOffset = _segments.Count > 0 && ReachedIndex == _request.Index && Missing is null ? _request.Offset : null,
        Beyond = ReachedIndex == _snapshot.Index ? [.. _beyond, .. _unreachable.Where(s => s.Start.Index == _snapshot.Index)] : [],
    };

    private RestorePlan ToPartialPlan(string url) => ToPlan(url) with
    {
        AllowsPartial = true,
        Loss = Missing is { } missing ? new(ErrorCode.ObjectMissing, KeyOf(missing), MessageOf(missing), _unreachable) : null,
    };

    // where it turns out to hold more of its index than was shipped by the asked time, the snapshot alone is a committed state of before
    private RestorePlan? ToSnapshotAlone(string url) => _request.Timestamp is null || !ToPlan(url).EndsInSnapshotIndex ? null : new(
        url, _snapshot, [])
    {
        AllowsPartial = true,
        Loss = new(ErrorCode.RestorePointNotFound, _snapshot.Key,
            $"The snapshot '{_snapshot.Key}' holds commits of its index that were shipped later, so no segment was applied to it.",
            [.. _segments, .. _unreachable]),
    };

    private static List<RestoreChain> AllFor(GenerationInfo generation, RestoreRequest request) => [.. generation.Snapshots
        .Where(s => (request.Index is null || s.Index <= request.Index) && (request.Timestamp is not { } time || s.CreatedAt <= time))
        .OrderByDescending(s => s.Index)
        .Select(s => new RestoreChain(s, generation, request))];

    private static List<RestoreChain> Whole(List<RestoreChain> chains) =>
        [.. chains.Where(c => c.Missing is null && c.ReachedIndex >= chains[0].ReachedIndex)];

    private static RestoreChain? Best(List<RestoreChain> whole) => whole.Find(c => c.IsSafe) ?? whole.FirstOrDefault();

    private bool Includes(WalSegmentInfo segment)
    {
        if (_request.Timestamp is { } time) return segment.CreatedAt <= time;
        if (_request.Index is not { } index) return true;
        return segment.Start.Index < index || (segment.Start.Index == index && (_request.Offset is not { } stop || segment.Start.Offset < stop));
    }

    private void Append(WalSegmentInfo segment)
    {
        if (Missing is null && segment.Start.Index > ReachedIndex + 1)
            Missing = new(ReachedIndex + 1, 0);
        else if (Missing is null && segment.Start.Index == ReachedIndex + 1 && segment.Start.Offset != 0)
            Missing = new(segment.Start.Index, 0);
        (Missing is null ? _segments : _unreachable).Add(segment);
    }

    private string KeyOf(Position missing) => ObjectKey.Segment(_snapshot.Generation, missing);

    private string MessageOf(Position missing) => $"The object '{KeyOf(missing)}' is missing, so the WAL can't be applied beyond it.";

    private LitestreamException MissingObject()
    {
        var last = _segments.Count == 0
            ? new RestorePoint(_snapshot.Index, 0, _snapshot.CreatedAt)
            : new RestorePoint(ReachedIndex, null, _segments[^1].CreatedAt);
        return new(ErrorCode.ObjectMissing, MessageOf(Missing!.Value), KeyOf(Missing!.Value),
            $"Put the object back, or restore to the last good restore point: {last}.");
    }
}
