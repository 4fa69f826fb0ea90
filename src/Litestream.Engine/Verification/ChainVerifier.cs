using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Verification;

/// <summary>
/// Replays a generation without writing it anywhere: of each page only a digest is kept, 16 bytes, so that each further snapshot can be held
/// against what the first one and the WAL make of the database. Where the chain breaks, it begins anew at the next snapshot, or at the one that it has
/// just read, where only what is before that is missing.
/// </summary>
/// <param name="replica">The replica.</param>
/// <param name="generation">What it holds of the generation.</param>
/// <param name="reading">Is told each object before it is read.</param>
/// <param name="search">Is shown what each commit makes of the database; null for nobody.</param>
internal sealed class ChainVerifier(IReplicaClient replica, GenerationInfo generation, Action<string, long> reading, SourceSearch? search) : IDisposable
{
    private readonly List<ReplicaDamage> _damages = [];
    private readonly List<string> _warnings = [];
    private readonly List<(SnapshotInfo Snapshot, Position Before)> _doubted = [];
    private readonly Dictionary<UInt128, (string Key, long FramesRead)> _contents = [];
    private readonly HashSet<uint> _ahead = [];
    private readonly HashSet<string> _bridged = [];
    private readonly List<string> _unread = [];
    private readonly HashSet<string> _unsealed = [];
    private readonly HashSet<SnapshotInfo> _unmarked = [];
    private PageMap? _pages;
    private PageChanges _changes = new();
    private WalStreamReader? _wal;
    private int _pageSize;
    private SnapshotInfo? _latest;
    private string _snapshotKey = "";
    private int _baseIndex;
    private uint _lastPage;
    private long _pagesWritten;
    private long _framesRead;
    private int _aheadIndex;
    private bool _isBegun;
    private bool _isInSegment;
    private bool _isLinked = true;
    private bool _isSealed;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<ReplicaDamage> Damages => [.. _damages.Select(d => d with { IsBridged = _bridged.Contains(d.Key) })];

    /// <summary>What is remarkable, and proves nothing.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Snapshots with a seal, and without the mark that is put beside these.</summary>
    public IReadOnlyCollection<SnapshotInfo> Unmarked => _unmarked;

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
            await TakeSegmentAsync(segment, cancellationToken).ConfigureAwait(false);
        }

        await TakeSnapshotsAsync(snapshots, int.MaxValue, cancellationToken).ConfigureAwait(false);
        SettleDoubts();
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
            if (await TryAsync(() => ReadSnapshotAsync(snapshot, cancellationToken)).ConfigureAwait(false) is not { } error) continue;
            Add(error, snapshot.Key);
            if (_wal is not null) _unread.Add(snapshot.Key);
        }
    }

    private async Task TakeSegmentAsync(WalSegmentInfo segment, CancellationToken cancellationToken)
    {
        _isInSegment = false;
        if (await TryAsync(() => ReadSegmentAsync(segment, cancellationToken)).ConfigureAwait(false) is not { } error) return;
        // what is missing is before the snapshot that this index begins with: it is sound, and begins anew
        var next = error.Target != segment.Key && _latest is { } latest && segment.Start == new Position(latest.Index, 0) ? latest : null;
        if (next is not null) _doubted.RemoveAll(d => d.Snapshot == next);
        SettleDoubts();
        Add(error, segment.Key);
        Break();
        if (next is null || await TryAsync(() => ReadSnapshotAsync(next, cancellationToken)).ConfigureAwait(false) is not null) return;
        if (await TryAsync(() => ReadSegmentAsync(segment, cancellationToken)).ConfigureAwait(false) is not { } again) return;
        Add(again, segment.Key);
        Break();
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
        using var content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var stored = await DecodedObjectStream.OpenAsync(replica, snapshot.Key, cancellationToken).ConfigureAwait(false);
        await using var _ = stored.ConfigureAwait(false);
        var pageSize = await SnapshotPages.ReadAsync(stored, snapshot.Key, (page, digest) =>
        {
            if (!_isBegun) own.Add(digest);
            if (known is not null && (page > known.Count || (known[page] != default && known[page] != digest))) different.Add(page);
            _lastPage = page;
            content.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in digest)));
        }, cancellationToken).ConfigureAwait(false);
        var isMarked = generation.Marks.Contains(snapshot.Index);
        CheckSeal(stored, snapshot.Key, isMarked);
        if (stored.IsSealed && !isMarked) _unmarked.Add(snapshot);
        CompareWithOthers(snapshot, content);
        _latest = snapshot;
        if (known is null || !_isBegun)
        {
            // without any WAL between them two snapshots are the same, or it is gone
            if (known is not null && (different.Count > 0 || _lastPage != known.Count)) AddGap(_baseIndex);
            _wal?.Dispose();
            (_pages, _pageSize, _snapshotKey, _baseIndex) = (own, pageSize, snapshot.Key, snapshot.Index);
            _wal = new(pageSize);
            _pagesWritten = own.Count;
            End = new(snapshot.Index, 0);
            search?.Begin(own, pageSize);
            BeginSpan();
            return;
        }

        // Litestream's own snapshots may hold a part of the index that begins with them; ours hold nothing of it
        if (IsOurs && (pageSize != _pageSize || different.Count > 0 || _lastPage != known.Count))
        {
            // it is wrong, or the end of the index before is missing: the next index tells, as it is tied to that end
            _doubted.Add((snapshot, _wal!.End));
            return;
        }

        if (pageSize != _pageSize)
        {
            Add(ErrorCode.ObjectCorrupt, snapshot.Key, Disagrees(snapshot.Key));
            return;
        }

        BeginSpan();
        _ahead.UnionWith(different);
        (_snapshotKey, _aheadIndex, End) = (snapshot.Key, snapshot.Index, new(snapshot.Index, 0));
    }

    private bool IsOurs => _wal is { IsLinked: true };

    private async Task ReadSegmentAsync(WalSegmentInfo segment, CancellationToken cancellationToken)
    {
        if (_wal is not { } wal)
        {
            // nothing leads here: whether it can be read is all that can be said
            var unreachable = await DecodedObjectStream.OpenAsync(replica, segment.Key, cancellationToken).ConfigureAwait(false);
            await using (unreachable.ConfigureAwait(false)) await unreachable.MeasureAsync(cancellationToken).ConfigureAwait(false);
            CheckSeal(unreachable, segment.Key);
            return;
        }

        if (segment.Start.Index > _baseIndex && !_isBegun)
            throw new LitestreamException(ErrorCode.ObjectMissing, $"The WAL of index {_baseIndex}, which the snapshot '{_snapshotKey}' begins with, is missing.",
                ObjectKey.Segment(generation.Id, new(_baseIndex, 0)), "Put the object back, or restore to an earlier point.");
        if (segment.Start.Index != wal.Position.Index) EndAhead();
        _isBegun = true;
        wal.BeginSegment(segment);
        _isInSegment = true;
        var content = await DecodedObjectStream.OpenAsync(replica, segment.Key, cancellationToken).ConfigureAwait(false);
        await using var _ = content.ConfigureAwait(false);
        while (await wal.ReadFrameAsync(content, cancellationToken).ConfigureAwait(false))
        {
            _changes.Set(wal.Frame.PageNumber, PageDigest.Of(wal.Page));
            if (_ahead.Count > 0) _ahead.Remove(wal.Frame.PageNumber);
            Bridge(wal.IsLinked);
            _pagesWritten++;
            _framesRead++;
            if (_doubted.Count > 0) BlameSnapshots();
            if (!wal.Frame.IsCommit) continue;
            // each page was written once, but for the one that SQLite locks; memory for others is not to be had by a number alone
            if (wal.Frame.CommitSize > _pagesWritten + 1)
                throw new LitestreamException(ErrorCode.ObjectCorrupt, $"The object '{segment.Key}' says of the database that it has {wal.Frame.CommitSize} pages, which were never written.",
                    segment.Key, "Put back an intact copy of the object, or restore to an earlier point.");
            _changes.SetCount(wal.Frame.CommitSize);
            _pages!.Apply(_changes);
            search?.Commit(_pages, _changes);
            _changes = new();
            End = wal.LastCommit;
        }

        CheckSeal(content, segment.Key);
    }

    /// <summary>A generation that an earlier version of ours began has no seals at its beginning; behind the first one, and where a mark is, each object has one.</summary>
    private void CheckSeal(DecodedObjectStream read, string key, bool isMarked = false)
    {
        if (!read.IsSealed && (_isSealed || isMarked) && _unsealed.Add(key))
        {
            _damages.Add(new(ErrorCode.ObjectCorrupt, key, $"The object '{key}' has lost its seal, the first {ObjectSeal.Size} bytes. What is behind it can be read, and nothing tells "
                + "that it is what was stored under this name.", End)
            { IsObstacle = false });
        }

        _isSealed |= read.IsSealed;
    }

    /// <summary>A sound snapshot: what is damaged behind it, a restore may get over from here.</summary>
    private void BeginSpan()
    {
        _unread.Clear();
        _isLinked = true;
    }

    private void Bridge(bool isLinked)
    {
        _isLinked &= isLinked;
        if (_isLinked) _bridged.UnionWith(_unread);
        else _bridged.ExceptWith(_unread);
    }

    /// <summary>What a snapshot was ahead by has to come in its own index, which ends here.</summary>
    private void EndAhead()
    {
        if (_ahead.Count == 0 || !_isBegun || _wal!.Position.Index < _aheadIndex) return;
        _ahead.Clear();
        Add(ErrorCode.ObjectCorrupt, _snapshotKey, Disagrees(_snapshotKey));
    }

    // a snapshot of ours that was put in the place of an earlier one agrees with all that follows, as the WAL writes each page that they differ by
    private void CompareWithOthers(SnapshotInfo snapshot, IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        var content = MemoryMarshal.Read<UInt128>(bytes);
        if (_contents.TryGetValue(content, out var other) && other.Key != snapshot.Key && other.FramesRead < _framesRead)
            _warnings.Add($"The snapshots '{other.Key}' and '{snapshot.Key}' hold the same, although the WAL between them writes to the database: if it does not take back all that it "
                + "changes, one was put in the place of the other.");
        _contents[content] = (snapshot.Key, _framesRead);
    }

    /// <summary>The next index follows on the end of the one before, so nothing is missing there: the snapshots are wrong.</summary>
    private void BlameSnapshots()
    {
        foreach (var (snapshot, _) in _doubted) Add(ErrorCode.ObjectCorrupt, snapshot.Key, Disagrees(snapshot.Key));
        _doubted.Clear();
    }

    /// <summary>Nothing tells whether the end of an index is missing, or the snapshot behind it is wrong.</summary>
    private void SettleDoubts()
    {
        foreach (var (snapshot, before) in _doubted)
        {
            var key = ObjectKey.Segment(generation.Id, before);
            Add(ErrorCode.ObjectMissing, key, $"The object '{key}' is missing, or the snapshot '{snapshot.Key}' is another one: it is not what the objects before it make of the database.");
            Add(ErrorCode.ObjectCorrupt, snapshot.Key, Disagrees(snapshot.Key));
        }

        _doubted.Clear();
    }

    private void AddGap(int index)
    {
        var key = ObjectKey.Segment(generation.Id, new(index, 0));
        Add(ErrorCode.ObjectMissing, key, $"The object '{key}' is missing, so the WAL can't be applied beyond it.");
    }

    private static string Disagrees(string key) => $"The snapshot '{key}' is not what the objects before it make of the database.";

    private static async Task<LitestreamException?> TryAsync(Func<Task> read)
    {
        try
        {
            await read().ConfigureAwait(false);
            return null;
        }
        catch (LitestreamException e) when (Damage.Is(e))
        {
            return e;
        }
    }

    /// <summary>Whatever comes next can only go on from another snapshot.</summary>
    private void Break()
    {
        _wal?.Dispose();
        (_wal, _pages, _changes, _isBegun) = (null, null, new(), false);
        _ahead.Clear();
        _unread.Clear();
    }

    // of a segment that was begun, all before the last commit can be read
    private void Add(LitestreamException error, string key) =>
        _damages.Add(new(error.Code, error.Target ?? key, error.Message, End) { IsReadInPart = _isInSegment && (error.Target ?? key) == key, IsOfOurs = _isLinked });

    private void Add(ErrorCode code, string key, string message) => _damages.Add(new(code, key, message, End));
}
