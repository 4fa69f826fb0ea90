using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>A snapshot and the segments on top of it, as far as a request goes.</summary>
internal sealed class RestoreChain
{
    private readonly SnapshotInfo _snapshot;
    private readonly List<WalSegmentInfo> _segments = [];
    private readonly RestoreRequest _request;

    private RestoreChain(SnapshotInfo snapshot, GenerationInfo generation, RestoreRequest request)
    {
        _snapshot = snapshot;
        _request = request;
        var inReach = true;
        foreach (var segment in generation.Segments.Where(s => s.Start.Index >= snapshot.Index))
        {
            inReach = inReach && Includes(segment);
            if (inReach)
                Append(segment);
            else if (segment.Start.Index == snapshot.Index)
                IsSnapshotIndexCut = true;
        }

        // Asked for by number, the index has to be reached. That of the snapshot may be without WAL, unless later ones prove
        // that there was some.
        var target = request.Offset == 0 ? request.Index - 1 : request.Index;
        var isOver = generation.Snapshots[^1].Index > snapshot.Index
            || (generation.Segments.Count > 0 && generation.Segments[^1].Start.Index > snapshot.Index);
        if (ReachedIndex < target && (target > snapshot.Index || isOver)) Missing ??= new(ReachedIndex + 1, 0);
    }

    /// <summary>Where the first object that is needed and not there would start; null if none is missing by name.</summary>
    private Position? Missing { get; set; }

    private bool IsSnapshotIndexCut { get; set; }

    private int ReachedIndex => _segments.Count == 0 ? _snapshot.Index - 1 : _segments[^1].Start.Index;

    /// <summary>
    /// Whether the snapshot holds nothing that the segments do not bring as well. A snapshot of Litestream 0.3 already holds
    /// an unknown part of its own index (replica format 1.4 and 5.4); replaying less than that part would put old pages over
    /// newer ones. It is safe when the index is replayed whole, when nothing of it is replayed on the way to a time (the
    /// snapshot is a committed state of before), or when a segment made after the snapshot is replayed.
    /// </summary>
    private bool IsSafe
    {
        get
        {
            if (!IsSnapshotIndexCut && _request.Offset is null) return true;
            if (_segments.Count == 0) return _request.Offset is null;
            // the last one may be replayed in part only
            var whole = _request.Offset is null ? _segments.Count : _segments.Count - 1;
            return _segments[^1].Start.Index > _snapshot.Index || _segments.Take(whole).Any(s => s.CreatedAt >= _snapshot.CreatedAt);
        }
    }

    /// <summary>Chooses the chain of the newest snapshot that is safe, else of the newest.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ObjectMissing"/> when something is missing in each.</exception>
    public static RestoreChain Choose(GenerationInfo generation, RestoreRequest request)
    {
        var chains = AllFor(generation, request);
        return Best(chains) ?? throw chains[0].MissingObject();
    }

    /// <summary>Chooses as <see cref="Choose"/> does; null when no snapshot fits, or something is missing in each.</summary>
    public static RestoreChain? TryChoose(GenerationInfo generation, RestoreRequest request) => Best(AllFor(generation, request));

    /// <summary>Whether a restore to a time, or to any later one, finds the snapshot as good as an older one: nothing is missing by
    /// name, and it is safe, which it then stays for all later times.</summary>
    /// <param name="snapshot">A snapshot from before the time.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="time">The time.</param>
    public static bool IsWholeAndSafe(SnapshotInfo snapshot, GenerationInfo generation, DateTimeOffset time) =>
        new RestoreChain(snapshot, generation, new() { Timestamp = time }) is { Missing: null, IsSafe: true };

    /// <summary>The chain as a plan.</summary>
    public RestorePlan ToPlan(string url) => new(url, _snapshot, _segments)
    {
        StopOffset = _segments.Count > 0 && ReachedIndex == _request.Index ? _request.Offset : null,
    };

    private static List<RestoreChain> AllFor(GenerationInfo generation, RestoreRequest request) => [.. generation.Snapshots
        .Where(s => (request.Index is null || s.Index <= request.Index) && (request.Timestamp is null || s.CreatedAt <= request.Timestamp))
        .OrderByDescending(s => s.Index)
        .Select(s => new RestoreChain(s, generation, request))];

    private static RestoreChain? Best(List<RestoreChain> chains)
    {
        var whole = chains.Where(c => c.Missing is null && c.ReachedIndex >= chains[0].ReachedIndex).ToList();
        return whole.Find(c => c.IsSafe) ?? whole.FirstOrDefault();
    }

    private bool Includes(WalSegmentInfo segment)
    {
        if (_request.Timestamp is { } time) return segment.CreatedAt <= time;
        if (_request.Index is not { } index) return true;
        return segment.Start.Index < index || (segment.Start.Index == index && (_request.Offset is not { } stop || segment.Start.Offset < stop));
    }

    private void Append(WalSegmentInfo segment)
    {
        if (Missing is not null) return;
        if (segment.Start.Index > ReachedIndex + 1)
            Missing = new(ReachedIndex + 1, 0);
        else if (segment.Start.Index == ReachedIndex + 1 && segment.Start.Offset != 0)
            Missing = new(segment.Start.Index, 0);
        else
            _segments.Add(segment);
    }

    private LitestreamException MissingObject()
    {
        var key = ObjectKey.Segment(_snapshot.Generation, Missing!.Value);
        var last = _segments.Count == 0
            ? new RestorePoint(_snapshot.Index, 0, _snapshot.CreatedAt)
            : new RestorePoint(ReachedIndex, null, _segments[^1].CreatedAt);
        return new(ErrorCode.ObjectMissing, $"The object '{key}' is missing, so the WAL can't be applied beyond it.", key,
            $"Put the object back, or restore to the last good restore point: {last}.");
    }
}
