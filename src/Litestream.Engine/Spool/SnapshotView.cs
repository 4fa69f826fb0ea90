using Litestream.Engine.Capture;

namespace Litestream.Engine.Spool;

/// <summary>A view that is read by one thread for a snapshot, and may be let go by another one whatever the first is doing with what it has read: a device that does not take it
/// must not hold the application's WAL.</summary>
/// <param name="view">The database at one commit; is disposed.</param>
internal sealed class SnapshotView(DatabaseView view) : IDisposable
{
    /// <summary>Held while the database is read, and not while what was read is written.</summary>
    private readonly object _reading = new();
    private bool _isLetGo;

    /// <summary>Bytes a page.</summary>
    public int PageSize => view.PageSize;

    /// <summary>Pages of the database at its commit.</summary>
    public uint PageCount => view.PageCount;

    /// <summary>Bytes of the database at its commit.</summary>
    public long Length => view.Length;

    /// <summary>Reads all pages in order; see <see cref="DatabaseView.Read"/>.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, or the view let go meanwhile.</exception>
    public void Read(PageRun take, Action<long> progress, CancellationToken cancellationToken)
    {
        lock (_reading)
        {
            EnsureHeld();
            view.Read(TakeOutside, progress, cancellationToken);
        }

        void TakeOutside(uint first, ReadOnlySpan<byte> pages)
        {
            Monitor.Exit(_reading);
            try
            {
                take(first, pages);
            }
            finally
            {
                Monitor.Enter(_reading);
            }

            EnsureHeld();
        }
    }

    /// <summary>Lets it go: a copy that is not complete fails. Waits for nothing but the reading of a piece of the database.</summary>
    public void Dispose()
    {
        lock (_reading)
        {
            _isLetGo = true;
            view.Dispose();
        }
    }

    private void EnsureHeld()
    {
        if (_isLetGo) throw new OperationCanceledException("The database was let go.");
    }
}
