using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Verification;

/// <summary>
/// Replays a generation without writing it anywhere: of each page only a digest is kept, 16 bytes, so that each further snapshot can be held
/// against what the first one and the WAL make of the database. Where the chain breaks, it begins anew at the next snapshot.
/// </summary>
/// <param name="replica">The replica.</param>
/// <param name="generation">What it holds of the generation.</param>
/// <param name="reading">Is told each object before it is read.</param>
internal sealed class ChainVerifier(IReplicaClient replica, GenerationInfo generation, Action<string, long> reading) : IDisposable
{
    private readonly List<ReplicaDamage> _damages = [];
    private readonly HashSet<uint> _ahead = [];
    private PageMap? _pages;
    private PageChanges _changes = new();
    private WalStreamReader? _wal;
    private int _pageSize;
    private string _snapshotKey = "";
    private int _baseIndex;
    private uint _lastPage;
    private long _pagesWritten;
    private int _aheadIndex;
    private bool _isBegun;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<ReplicaDamage> Damages => _damages;

    /// <summary>The last commit that restores; null if there is none.</summary>
    public Position? End { get; private set; }

    /// <summary>Reads everything.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var snapshots = new Queue<SnapshotInfo>(generation.Snapshots);
        foreach (var segment in generation.Segments)
        {
            await TakeSnapshotsAsync(snapshots, segment.Start.Index, cancellationToken).ConfigureAwait(false);
            reading(segment.Key, segment.Size);
            await TryAsync(segment.Key, () => ReadSegmentAsync(segment, cancellationToken), Break).ConfigureAwait(false);
        }

        await TakeSnapshotsAsync(snapshots, int.MaxValue, cancellationToken).ConfigureAwait(false);
        if (generation.Snapshots.Count == 0)
            Add(ErrorCode.ObjectMissing, ObjectKey.Snapshot(generation.Id, generation.Segments[0].Start.Index), "The generation has no snapshot, so its WAL can't be applied.");
    }

    public void Dispose() => _wal?.Dispose();

    private async Task TakeSnapshotsAsync(Queue<SnapshotInfo> snapshots, int index, CancellationToken cancellationToken)
    {
        while (snapshots.TryPeek(out var snapshot) && snapshot.Index <= index)
        {
            snapshots.Dequeue();
            reading(snapshot.Key, snapshot.Size);
            await TryAsync(snapshot.Key, () => ReadSnapshotAsync(snapshot, cancellationToken), () => { }).ConfigureAwait(false);
        }
    }

    private async Task ReadSnapshotAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        // what is between is missing by name: this one begins anew, and is not held against what is not there
        if (_isBegun && snapshot.Index > _wal!.Position.Index + 1)
        {
            AddGap(_wal.Position.Index + 1);
            Break();
        }

        var own = new PageMap();
        var known = _pages;
        var different = new List<uint>();
        var pageSize = await SnapshotPages.ReadAsync(replica, snapshot.Key, (page, digest) =>
        {
            if (!_isBegun) own.Add(digest);
            if (known is not null && (page > known.Count || (known[page] != default && known[page] != digest))) different.Add(page);
            _lastPage = page;
        }, cancellationToken).ConfigureAwait(false);
        if (known is null || !_isBegun)
        {
            // without any WAL between them two snapshots are the same, or it is gone
            if (known is not null && (different.Count > 0 || _lastPage != known.Count)) AddGap(_baseIndex);
            _wal?.Dispose();
            (_pages, _pageSize, _snapshotKey, _baseIndex) = (own, pageSize, snapshot.Key, snapshot.Index);
            _wal = new(pageSize);
            _pagesWritten = own.Count;
            End = new(snapshot.Index, 0);
            return;
        }

        // Litestream's own snapshots may hold a part of the index that begins with them; ours hold nothing of it
        if (pageSize != _pageSize || (IsOurs && (different.Count > 0 || _lastPage != known.Count)))
        {
            Add(ErrorCode.ObjectCorrupt, snapshot.Key, Disagrees(snapshot.Key));
            return;
        }

        _ahead.UnionWith(different);
        (_snapshotKey, _aheadIndex, End) = (snapshot.Key, snapshot.Index, new(snapshot.Index, 0));
    }

    private bool IsOurs => _wal is { IsLinked: true };

    private async Task ReadSegmentAsync(WalSegmentInfo segment, CancellationToken cancellationToken)
    {
        if (_wal is not { } wal)
        {
            // nothing leads here: whether it can be read is all that can be said
            await DecodedObjectStream.MeasureAsync(replica, segment.Key, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (segment.Start.Index > _baseIndex && !_isBegun)
            throw new LitestreamException(ErrorCode.ObjectMissing, $"The WAL of index {_baseIndex}, which the snapshot '{_snapshotKey}' begins with, is missing.",
                ObjectKey.Segment(generation.Id, new(_baseIndex, 0)), "Put the object back, or restore to an earlier point.");
        if (segment.Start.Index != wal.Position.Index) EndAhead();
        _isBegun = true;
        wal.BeginSegment(segment);
        var content = await DecodedObjectStream.OpenAsync(replica, segment.Key, cancellationToken).ConfigureAwait(false);
        await using var _ = content.ConfigureAwait(false);
        while (await wal.ReadFrameAsync(content, cancellationToken).ConfigureAwait(false))
        {
            _changes.Set(wal.Frame.PageNumber, PageDigest.Of(wal.Page));
            if (_ahead.Count > 0) _ahead.Remove(wal.Frame.PageNumber);
            _pagesWritten++;
            if (!wal.Frame.IsCommit) continue;
            // each page was written once, but for the one that SQLite locks; memory for others is not to be had by a number alone
            if (wal.Frame.CommitSize > _pagesWritten + 1)
                throw new LitestreamException(ErrorCode.ObjectCorrupt, $"The object '{segment.Key}' says of the database that it has {wal.Frame.CommitSize} pages, which were never written.",
                    segment.Key, "Put back an intact copy of the object, or restore to an earlier point.");
            _changes.SetCount(wal.Frame.CommitSize);
            _pages!.Apply(_changes);
            _changes = new();
            End = wal.LastCommit;
        }
    }

    /// <summary>What a snapshot was ahead by has to come in its own index, which ends here.</summary>
    private void EndAhead()
    {
        if (_ahead.Count == 0 || !_isBegun || _wal!.Position.Index < _aheadIndex) return;
        _ahead.Clear();
        Add(ErrorCode.ObjectCorrupt, _snapshotKey, Disagrees(_snapshotKey));
    }

    private void AddGap(int index)
    {
        var key = ObjectKey.Segment(generation.Id, new(index, 0));
        Add(ErrorCode.ObjectMissing, key, $"The object '{key}' is missing, so the WAL can't be applied beyond it.");
    }

    private static string Disagrees(string key) => $"The snapshot '{key}' is not what the objects before it make of the database.";

    private async Task TryAsync(string key, Func<Task> read, Action failed)
    {
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (LitestreamException e) when (Damage.Is(e))
        {
            Add(e.Code, e.Target ?? key, e.Message);
            failed();
        }
    }

    /// <summary>Whatever comes next can only go on from another snapshot.</summary>
    private void Break()
    {
        _wal?.Dispose();
        (_wal, _pages, _changes, _isBegun) = (null, null, new(), false);
        _ahead.Clear();
    }

    private void Add(ErrorCode code, string key, string message) => _damages.Add(new(code, key, message, End));
}
