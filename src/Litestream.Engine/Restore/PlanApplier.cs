using System.Buffers;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Restore;

/// <summary>Writes what a plan names into a database file, verified piece by piece.</summary>
internal sealed class PlanApplier
{
    private const int SnapshotBufferSize = 1024 * 1024;

    private readonly IReplicaClient _replica;
    private readonly RestorePlan _plan;
    private readonly IFile _file;
    private readonly IProgress<RestoreProgress>? _progress;
    private long _bytesDone;

    public PlanApplier(IReplicaClient replica, RestorePlan plan, IFile file, IProgress<RestoreProgress>? progress)
    {
        _replica = replica;
        _plan = plan;
        _file = file;
        _progress = progress;
        Reached = new(plan.Snapshot.Index, 0);
    }

    /// <summary>The last commit in the file.</summary>
    public Position Reached { get; private set; }

    /// <summary>The last commit that a restore reaches without the object now being read; null while the snapshot is read.</summary>
    public RestorePoint? LastGood { get; private set; }

    public long Transactions { get; private set; }

    public int PageSize { get; private set; }

    public uint PageCount { get; private set; }

    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Writes the snapshot.</summary>
    public async Task ApplySnapshotAsync(CancellationToken cancellationToken)
    {
        var key = _plan.Snapshot.Key;
        var content = await DecodedObjectStream.OpenAsync(_replica, key, cancellationToken).ConfigureAwait(false);
        await using var _ = content.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(SnapshotBufferSize);
        try
        {
            long offset = 0;
            int read;
            while ((read = await content.ReadAtLeastAsync(buffer, SnapshotBufferSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (offset == 0) PageSize = ReadPageSize(buffer.AsSpan(0, read), key);
                _file.Write(buffer.AsSpan(0, read), offset);
                offset += read;
                Report(RestorePhase.Snapshot, content.StoredBytesRead);
            }

            if (offset == 0 || offset % PageSize != 0)
                throw Corrupt(key, $"holds {offset} bytes, which is not a whole number of pages");
            PageCount = checked((uint)(offset / PageSize));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _bytesDone = _plan.Snapshot.Size;
        LastGood = new(Reached.Index, Reached.Offset, _plan.Snapshot.CreatedAt);
    }

    /// <summary>Applies the segments.</summary>
    /// <param name="transaction">Holds what is not committed yet.</param>
    /// <param name="parallelism">Objects fetched at once.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task ApplyWalAsync(TransactionBuffer transaction, int parallelism, CancellationToken cancellationToken)
    {
        var pages = new PageWriter(_file, PageSize);
        using var wal = new WalStreamReader(PageSize);
        var stopIndex = _plan.StopOffset is null || _plan.Segments.Count == 0 ? (int?)null : _plan.Segments[^1].Start.Index;
        var fetched = new SegmentFetcher(_replica, parallelism).ReadAsync(_plan.Segments, cancellationToken);
        await foreach (var (segment, content) in fetched.ConfigureAwait(false))
        {
            // as SQLite leaves the file after a checkpoint of each index
            if (segment.Start.Index != wal.Position.Index) pages.SetPageCount(PageCount);
            wal.BeginSegment(segment);
            var isStopped = false;
            while (!(isStopped = segment.Start.Index == stopIndex && wal.NextFrameEnd > _plan.StopOffset)
                && await wal.ReadFrameAsync(content, cancellationToken).ConfigureAwait(false))
            {
                transaction.Add(wal.Frame.PageNumber, wal.Page);
                if (wal.Frame.IsCommit) Commit(transaction, pages, wal);
            }

            LastGood = new(Reached.Index, Reached.Offset, segment.CreatedAt);
            _bytesDone += segment.Size;
            Report(RestorePhase.Wal, 0);
            if (isStopped) break;
        }

        if (stopIndex is not null && wal.NextFrameEnd <= _plan.StopOffset && wal.End.Offset < _plan.StopOffset)
            throw new LitestreamException(ErrorCode.RestorePointNotFound,
                $"Index {stopIndex} of the generation {_plan.Generation} can't be restored to offset {_plan.StopOffset}.", _plan.ReplicaUrl,
                $"It ends at offset {wal.End.Offset}.");
        pages.SetPageCount(PageCount);
        Warnings = wal.Warnings;
    }

    private void Commit(TransactionBuffer transaction, PageWriter pages, WalStreamReader wal)
    {
        transaction.Commit(pages);
        PageCount = wal.Frame.CommitSize;
        Reached = wal.Position;
        Transactions++;
    }

    private void Report(RestorePhase phase, long bytes) => _progress?.Report(new(phase, _bytesDone + bytes, _plan.Size));

    private static int ReadPageSize(ReadOnlySpan<byte> start, string key) => DatabaseHeader.TryParse(start, out var header)
        ? header.PageSize
        : throw Corrupt(key, "does not begin with the header of a SQLite database");

    private static LitestreamException Corrupt(string key, string what) => new(
        ErrorCode.ObjectCorrupt, $"The object '{key}' {what}.", key, "Put back an intact copy of the object, or restore to an earlier point.");
}
