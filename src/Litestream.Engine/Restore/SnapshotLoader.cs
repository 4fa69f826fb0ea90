using System.Buffers;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Restore;

/// <summary>Loads a snapshot into a database file.</summary>
internal static class SnapshotLoader
{
    /// <summary>Bytes a write. Linux keeps what one write brings in units of up to its size, and each page of the WAL that is written over it later costs
    /// the more, the larger its unit is: with 1 MiB it is four times as much system time.</summary>
    private const int BufferSize = 16 * 1024;

    /// <summary>Loads it.</summary>
    /// <param name="replica">Where it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="file">An empty file.</param>
    /// <param name="options">How large it may be.</param>
    /// <param name="progress">Is told the stored bytes read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Bytes a page, and pages.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ObjectCorrupt"/> when it is no database, or what the replica says.</exception>
    public static async Task<(int PageSize, uint PageCount)> LoadAsync(
        IReplicaClient replica, string key, IFile file, RestoreOptions options, Action<long> progress, CancellationToken cancellationToken)
    {
        var decoded = await DecodedObjectStream.OpenAsync(replica, key, cancellationToken).ConfigureAwait(false);
        var content = new ReadAheadStream(decoded);
        await using var _ = content.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var pageSize = 0;
            long offset = 0;
            int read;
            while ((read = await content.ReadAtLeastAsync(buffer, BufferSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (offset == 0)
                {
                    var header = ReadHeader(buffer.AsSpan(0, read), key);
                    pageSize = header.PageSize;
                    options.EnsureFits((long)header.PageCount * pageSize, key);
                }

                options.EnsureFits(offset + read, key);
                file.Write(buffer.AsSpan(0, read), offset);
                offset += read;
                progress(decoded.StoredBytesRead);
            }

            if (offset == 0 || offset % pageSize != 0)
                throw Corrupt(key, $"holds {offset} bytes, which is not a whole number of pages");
            return (pageSize, checked((uint)(offset / pageSize)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static DatabaseHeader ReadHeader(ReadOnlySpan<byte> start, string key) => DatabaseHeader.TryParse(start, out var header)
        ? header
        : throw Corrupt(key, "does not begin with the header of a SQLite database");

    private static LitestreamException Corrupt(string key, string what) => new(
        ErrorCode.ObjectCorrupt, $"The object '{key}' {what}.", key, "Put back an intact copy of the object, or restore to an earlier point.");
}
