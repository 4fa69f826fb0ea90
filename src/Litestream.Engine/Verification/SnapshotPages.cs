using System.Buffers;
using Litestream.Engine.Errors;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Verification;

/// <summary>Reads a snapshot page by page, and keeps nothing.</summary>
internal static class SnapshotPages
{
    /// <summary>A whole number of pages of any size.</summary>
    private const int BufferSize = 1024 * 1024;

    /// <summary>Reads all of it.</summary>
    /// <param name="content">What it holds.</param>
    /// <param name="key">Its key.</param>
    /// <param name="take">Gets the number of each page, from 1, and the digest of what it holds.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Bytes a page.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ObjectCorrupt"/> when it is no database, or what the replica says.</exception>
    public static async Task<int> ReadAsync(Stream content, string key, Action<uint, UInt128> take, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var (pageSize, page) = (0, 0u);
            int read;
            while ((read = await content.ReadAtLeastAsync(buffer.AsMemory(0, BufferSize), BufferSize, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false)) > 0)
            {
                if (pageSize == 0)
                    pageSize = DatabaseHeader.TryParse(buffer.AsSpan(0, read), out var header) ? header.PageSize
                        : throw Corrupt(key, "does not begin with the header of a SQLite database");
                if (read % pageSize != 0) throw Corrupt(key, "does not hold a whole number of pages");
                for (var offset = 0; offset < read; offset += pageSize) take(++page, PageDigest.Of(buffer.AsSpan(offset, pageSize)));
            }

            return pageSize > 0 ? pageSize : throw Corrupt(key, "is empty");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static LitestreamException Corrupt(string key, string what) => new(
        ErrorCode.ObjectCorrupt, $"The object '{key}' {what}.", key, "Put back an intact copy of the object, or restore to an earlier point.");
}
