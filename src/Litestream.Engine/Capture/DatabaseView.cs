using System.Buffers;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>
/// The database at exactly one commit, held by a read transaction on a connection of its own: the database file, overlaid with
/// the newest committed frame of each page. While the transaction is open nobody can change what it reads, so it may be
/// copied beside capture, hand-overs and checkpoints.
/// </summary>
internal sealed class DatabaseView : IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly DatabaseConnection _reader;
    private readonly bool _mayRestart;
    private readonly Action _ensureSameFiles;

    private DatabaseView(DatabaseConnection reader, int pageSize, Func<bool> isBackfilled, Action ensureSameFiles)
    {
        _reader = reader;
        _mayRestart = isBackfilled();
        _ensureSameFiles = ensureSameFiles;
        PageSize = pageSize;
        PageCount = reader.GetPageCount();
        Point = CapturePoint.At(reader.GetWalSnapshot());
    }

    /// <summary>Bytes a page.</summary>
    public int PageSize { get; }

    /// <summary>Pages of the database at this commit.</summary>
    public uint PageCount { get; }

    /// <summary>Where in the source's WAL this commit stands.</summary>
    public CapturePoint Point { get; }

    /// <summary>Bytes of the database at this commit.</summary>
    public long Length => (long)PageCount * PageSize;

    /// <summary>Whether the WAL was restarted, and committed to, between the begin of the read and the question whether that may be:
    /// the answer is about another life then.</summary>
    private bool IsDoubtful => Point.Frame > 0 && !_mayRestart && !WalOverlay.IsOf(_reader, Point);

    /// <summary>Opens a view of the last commit. Null when somebody is in the way.</summary>
    /// <param name="open">Opens a connection.</param>
    /// <param name="pageSize">Bytes a page.</param>
    /// <param name="isBackfilled">Asks whether the database file holds the whole WAL: only then may it be restarted meanwhile.</param>
    /// <param name="ensureSameFiles">Throws when the files are not the ones that are watched.</param>
    public static DatabaseView? TryOpen(Func<DatabaseConnection> open, int pageSize, Func<bool> isBackfilled, Action ensureSameFiles)
    {
        var reader = open();
        try
        {
            if (reader.TryBeginRead() && new DatabaseView(reader, pageSize, isBackfilled, ensureSameFiles) is { IsDoubtful: false } view) return view;
            reader.Dispose();
            return null;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Captures from the WAL what this view sees, and nothing that came later.</summary>
    /// <param name="wal">Captures.</param>
    /// <param name="sink">Receives the frames.</param>
    /// <returns>As <see cref="WalCapture.Capture"/>.</returns>
    public uint? Capture(WalCapture wal, IFrameSink sink) => wal.Capture(_reader, sink);

    /// <summary>The first column of a query's rows as text, as of this commit.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    public IReadOnlyList<string> ReadColumn(string sql, CancellationToken cancellationToken) => _reader.ReadColumn(sql, cancellationToken);

    /// <summary>Reads all pages in order.</summary>
    /// <param name="take">Receives them. What it got is void when this throws.</param>
    /// <param name="progress">Is told the bytes done.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ContinuityLostException">The view does not hold any more.</exception>
    public void Read(PageRun take, Action<long> progress, CancellationToken cancellationToken)
    {
        var overlay = WalOverlay.Read(_reader);
        if (overlay is null && Point.Frame > 0 && !_mayRestart)
            throw new ContinuityLostException("the WAL was restarted under a snapshot that needed it: SQLite's locks were lost");
        var perRun = (uint)(BufferSize / PageSize);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferSize, Length));
        try
        {
            for (var first = 1u; first <= PageCount;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = Math.Min(perRun, PageCount - first + 1);
                var run = buffer.AsSpan(0, (int)count * PageSize);
                ReadRun(first, run, overlay);
                take(first, run);
                first += count;
                progress((long)(first - 1) * PageSize);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _ensureSameFiles();
        if (!_reader.IsReading) throw new ContinuityLostException("the read transaction of the snapshot has ended");
    }

    public void Dispose() => _reader.Dispose();

    private void ReadRun(uint first, Span<byte> run, WalOverlay? overlay)
    {
        // What lies behind the end of the file is in the overlay, or it is the lock page: zeros until then.
        _ = _reader.TryReadDatabaseFile(run, (long)(first - 1) * PageSize);
        var lockPage = Sqlite.PageSize.LockPage(PageSize);
        for (var pageNumber = first; run.Length > 0; run = run[PageSize..], pageNumber++)
        {
            var page = run[..PageSize];
            if (pageNumber == lockPage)
                page.Clear();
            else if (overlay is not null && overlay.Contains(pageNumber) && !overlay.TryRead(pageNumber, page))
                ReadFrozen(pageNumber, page);
        }
    }

    /// <summary>Reads a page after the WAL was restarted: allowed only when the file held all of it, and then stays as it is.</summary>
    private void ReadFrozen(uint pageNumber, Span<byte> page)
    {
        if (!_mayRestart)
            throw new ContinuityLostException("the WAL was restarted under a snapshot that needed it: SQLite's locks were lost");
        _ = _reader.TryReadDatabaseFile(page, (long)(pageNumber - 1) * PageSize);
    }
}
