using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>Writes what a plan names into a database file, verified piece by piece.</summary>
internal sealed class PlanApplier
{
    private readonly IReplicaClient _replica;
    private readonly RestorePlan _plan;
    private readonly IFile _file;
    private readonly RestoreOptions _options;
    private readonly IProgress<RestoreProgress>? _progress;
    private readonly SnapshotOverhang? _overhang;
    private readonly List<RestoreWarning> _warnings = [];
    private long _bytesDone;
    private int _segmentsDone;

    public PlanApplier(IReplicaClient replica, RestorePlan plan, IFile file, RestoreOptions options, IProgress<RestoreProgress>? progress)
    {
        _replica = replica;
        _plan = plan;
        _file = file;
        _options = options;
        _progress = progress;
        Reached = new(plan.Snapshot.Index, 0);
        ReachedTime = plan.Snapshot.CreatedAt;
        Loss = plan.Loss;
        if (plan.EndsInSnapshotIndex) _overhang = new(ReadPage);
    }

    /// <summary>The last commit in the file.</summary>
    public Position Reached { get; private set; }

    /// <summary>Time of the object that the last commit came with.</summary>
    public DateTimeOffset ReachedTime { get; private set; }

    /// <summary>The last commit that a restore reaches, be it inside the object now being read; null while the snapshot is read.</summary>
    public RestorePoint? LastGood { get; private set; }

    public long Transactions { get; private set; }

    public int PageSize { get; private set; }

    public uint PageCount { get; private set; }

    /// <summary>Whether the observer has ended the restore: what is behind is read, and not written.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>What was not reached, where the plan allows that.</summary>
    public RestoreLoss? Loss { get; private set; }

    public IReadOnlyList<RestoreWarning> Warnings => _warnings;

    /// <summary>Writes the snapshot.</summary>
    public async Task ApplySnapshotAsync(CancellationToken cancellationToken)
    {
        (PageSize, PageCount) = await SnapshotLoader.LoadAsync(
            _replica, _plan.Snapshot.Key, _file, _options, bytes => Report(RestorePhase.Snapshot, bytes), cancellationToken).ConfigureAwait(false);
        _bytesDone = _plan.Snapshot.Size;
        LastGood = new(Reached.Index, Reached.Offset, _plan.Snapshot.CreatedAt);
        IsEnded = _options.Observer?.Loaded(_file, PageSize, PageCount, Reached) ?? false;
    }

    /// <summary>Applies the segments.</summary>
    /// <param name="transaction">Holds what is not committed yet.</param>
    /// <param name="parallelism">Objects fetched at once.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task ApplyWalAsync(TransactionBuffer transaction, int parallelism, CancellationToken cancellationToken)
    {
        var pages = new PageWriter(_file, PageSize, _options.Observer);
        using var wal = new WalStreamReader(PageSize);
        try
        {
            await ReplayAsync(wal, transaction, pages, parallelism, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (_plan.AllowsPartial && Damage.Is(e) && !wal.HasJumped)
        {
            // (a damaged index that did not even follow on the one before is no part of it: what is there has to end before it)
            Loss = new(e.Code, e.Target, e.Message, [.. _plan.Segments.Skip(_segmentsDone), .. _plan.Loss?.Segments ?? []]);
        }

        if (_overhang is not null && Loss == _plan.Loss && !wal.IsLinked)
            await CompareBeyondAsync(_overhang, wal, cancellationToken).ConfigureAwait(false);
        _warnings.AddRange(wal.Warnings);
        if (Reached.Offset > 0 && Reached.Index == _plan.Snapshot.Index && !wal.IsLinked) JudgeSnapshot();
        if (_plan is { NeedsLinks: true, Next: { } next }) await ProveEndAsync(next, wal, cancellationToken).ConfigureAwait(false);
        pages.SetPageCount(PageCount);
    }

    private async Task ReplayAsync(
        WalStreamReader wal, TransactionBuffer transaction, PageWriter pages, int parallelism, CancellationToken cancellationToken)
    {
        var stopIndex = _plan.StopOffset is null || _plan.Segments.Count == 0 ? (int?)null : _plan.Segments[^1].Start.Index;
        var fetched = new SegmentFetcher(_replica, parallelism).ReadAsync(_plan.Segments, cancellationToken);
        await foreach (var (segment, content) in fetched.ConfigureAwait(false))
        {
            // as SQLite leaves the file after a checkpoint of each index
            if (segment.Start.Index != wal.Position.Index && !IsEnded) pages.SetPageCount(PageCount);
            wal.BeginSegment(segment);
            var isStopped = false;
            while (!(isStopped = segment.Start.Index == stopIndex && wal.NextFrameEnd > _plan.StopOffset)
                && await wal.ReadFrameAsync(content, cancellationToken).ConfigureAwait(false))
            {
                // a restore that nobody ends fails where the rest is damaged
                if (IsEnded) continue;
                if (_plan.NeedsLinks && !wal.IsLinked) throw NotLinked(segment);
                transaction.Add(wal.Frame.PageNumber, wal.Page);
                _overhang?.Replay(wal.Frame.PageNumber, wal.Frame.IsCommit);
                if (wal.Frame.IsCommit) Commit(transaction, pages, wal, segment);
            }

            _bytesDone += segment.Size;
            _segmentsDone++;
            Report(RestorePhase.Wal, 0);
            if (!isStopped) continue;
            if (_overhang is not null && !wal.IsLinked) await _overhang.CompareAsync(wal, content, cancellationToken).ConfigureAwait(false);
            break;
        }

        if (stopIndex is not null && wal.NextFrameEnd <= _plan.StopOffset && wal.End.Offset < _plan.StopOffset)
            throw new LitestreamException(ErrorCode.RestorePointNotFound,
                $"Index {stopIndex} of the generation {_plan.Generation} can't be restored to offset {_plan.StopOffset}.", _plan.ReplicaUrl,
                $"It ends at offset {wal.End.Offset}.");
    }

    private async Task CompareBeyondAsync(SnapshotOverhang overhang, WalStreamReader wal, CancellationToken cancellationToken)
    {
        foreach (var segment in _plan.Beyond)
        {
            if (overhang.IsCut) return;
            try
            {
                wal.BeginSegment(segment);
                var content = await DecodedObjectStream.OpenAsync(_replica, segment.Key, cancellationToken).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                    await overhang.CompareAsync(wal, content, cancellationToken).ConfigureAwait(false);
            }
            catch (LitestreamException e) when (Damage.Is(e))
            {
                overhang.Cut();
            }
        }
    }

    private async Task ProveEndAsync(WalSegmentInfo next, WalStreamReader wal, CancellationToken cancellationToken)
    {
        wal.BeginSegment(next);
        var content = await DecodedObjectStream.OpenAsync(_replica, next.Key, cancellationToken).ConfigureAwait(false);
        await using var _ = content.ConfigureAwait(false);
        if (!await wal.ReadFrameAsync(content, cancellationToken).ConfigureAwait(false) || !wal.IsLinked) throw NotLinked(next);
    }

    private void JudgeSnapshot()
    {
        var key = _plan.Snapshot.Key;
        var isDamaged = Loss is not null && Loss != _plan.Loss;
        if (_overhang?.IsAhead == true && !isDamaged)
            throw new LitestreamException(ErrorCode.RestorePointNotFound,
                $"The point at index {Reached.Index}, offset {Reached.Offset} can't be restored from the snapshot '{key}', which holds later "
                + "commits already.", key,
                $"Restore the snapshot alone (index {Reached.Index}, offset 0), or to a later point.");
        // A segment that was shipped after the snapshot was made ends behind whatever the snapshot holds.
        var isUnknown = isDamaged || _overhang is { IsAhead: null };
        if (isUnknown && !_plan.Segments.Take(_segmentsDone).Any(s => s.CreatedAt >= _plan.Snapshot.CreatedAt))
            _warnings.Add(new(RestoreWarningKind.SnapshotMayBeAhead, key,
                $"The snapshot '{key}' may hold commits behind index {Reached.Index}, offset {Reached.Offset}; the objects that could tell are "
                + "missing or damaged. Check the database with what the application knows."));
    }

    private bool ReadPage(uint page, Memory<byte> target) =>
        page <= PageCount && _file.Read(target.Span, (page - 1L) * PageSize) == PageSize;

    private void Commit(TransactionBuffer transaction, PageWriter pages, WalStreamReader wal, WalSegmentInfo segment)
    {
        _options.EnsureFits((long)wal.Frame.CommitSize * PageSize, segment.Key);
        transaction.Commit(pages, wal.Frame.CommitSize);
        PageCount = wal.Frame.CommitSize;
        (Reached, ReachedTime) = (wal.Position, segment.CreatedAt);
        LastGood = new(Reached.Index, Reached.Offset, ReachedTime);
        Transactions++;
        IsEnded = _options.Observer?.Committed(Reached, PageCount) ?? false;
    }

    private static LitestreamException NotLinked(WalSegmentInfo segment) => new(ErrorCode.ObjectMissing,
        $"Nothing proves that no object is missing before '{segment.Key}'.", segment.Key, "Allow a partial restore, and check what it makes.");

    private void Report(RestorePhase phase, long bytes) => _progress?.Report(new(phase, _bytesDone + bytes, _plan.Size));
}
