using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>Copies a view of the database to the spool, as fast as the local disk allows.</summary>
internal static class SnapshotWriter
{
    /// <summary>Copies and flushes. The snapshot does not have its name yet.</summary>
    /// <param name="view">The database at the start of the index; is disposed.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="index">The index at whose start the view stands.</param>
    /// <param name="time">The time of the view's commit.</param>
    /// <param name="spool">Receives it.</param>
    /// <param name="progress">Is told the bytes done.</param>
    /// <param name="cancellationToken">Ends the copy; nothing of it stays.</param>
    public static SpooledSnapshot Write(
        SnapshotView view, GenerationId generation, int index, DateTimeOffset time, SpoolFolder spool,
        Action<long> progress, CancellationToken cancellationToken)
    {
        using (view)
        {
            try
            {
                var pages = new PageMap(view.PageCount);
                var size = Copy(view, spool.CreateSnapshot(generation, index), ObjectKey.Snapshot(generation, index), pages, progress, cancellationToken);
                return new(new(generation, IsSnapshot: true, new(index, 0), new(index, 0), size, time), pages);
            }
            catch
            {
                spool.AbandonSnapshot(generation, index);
                throw;
            }
        }
    }

    private static long Copy(SnapshotView view, IFile file, string key, PageMap pages, Action<long> progress, CancellationToken cancellationToken)
    {
        using (file)
        {
            var target = new SealingStream(file, key);
            var encoder = new Lz4FrameWriter(() => target, (block, content) => Digest(block, content.Span, view.PageSize, pages));
            try
            {
                view.Read((_, run) => encoder.Write(run), progress, cancellationToken);
                encoder.Complete();
                target.Seal();
            }
            catch
            {
                encoder.Abandon();
                throw;
            }

            file.FlushToDisk();
            return file.Length;
        }
    }

    /// <remarks>All runs of pages but the last are as long, and a block holds a whole number of them.</remarks>
    private static void Digest(int block, ReadOnlySpan<byte> content, int pageSize, PageMap pages)
    {
        for (var page = (uint)(block * (Lz4Block.MaxSize / pageSize)) + 1; content.Length > 0; content = content[pageSize..], page++)
            pages[page] = PageDigest.Of(content[..pageSize]);
    }
}
