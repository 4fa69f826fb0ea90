using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>Copies a view of the database to the spool, as fast as the local disk allows.</summary>
internal static class SnapshotWriter
{
    /// <summary>Copies, flushes, and offers the snapshot to the replicas.</summary>
    /// <param name="view">The database at the start of the index; is disposed.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="index">The index at whose start the view stands.</param>
    /// <param name="time">The time of the view's commit.</param>
    /// <param name="spool">Receives it.</param>
    /// <param name="progress">Is told the bytes done.</param>
    /// <param name="cancellationToken">Ends the copy; nothing of it stays.</param>
    public static SpooledObject Write(
        DatabaseView view, GenerationId generation, int index, DateTimeOffset time, SpoolFolder spool,
        Action<long> progress, CancellationToken cancellationToken)
    {
        using (view)
        {
            try
            {
                var content = new SpooledObject(generation, IsSnapshot: true, new(index, 0), new(index, 0),
                    Copy(view, spool.CreateSnapshot(generation, index), progress, cancellationToken), time);
                spool.CommitSnapshot(content);
                return content;
            }
            catch
            {
                spool.AbandonSnapshot(generation, index);
                throw;
            }
        }
    }

    private static long Copy(DatabaseView view, IFile file, Action<long> progress, CancellationToken cancellationToken)
    {
        using (file)
        {
            using (var encoder = Lz4Frame.Encode(new FileSystemStream(file)))
                view.CopyTo(encoder, progress, cancellationToken);
            file.FlushToDisk();
            return file.Length;
        }
    }
}
