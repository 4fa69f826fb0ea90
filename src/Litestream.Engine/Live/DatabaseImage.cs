using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Live;

/// <summary>What each page of a database holds at one commit, as digests; the lock page counts for nothing.</summary>
/// <param name="pageSize">Bytes a page.</param>
internal sealed class DatabaseImage(int pageSize)
{
    private const int BufferSize = 1 << 20;

    private readonly PageMap _pages = new();

    /// <summary>Bytes a page.</summary>
    public int PageSize => pageSize;

    /// <summary>Pages of the database.</summary>
    public uint PageCount => _pages.Count;

    /// <summary>Reads a file that nobody changes.</summary>
    public static DatabaseImage Read(IFile file, int pageSize, CancellationToken cancellationToken)
    {
        var image = new DatabaseImage(pageSize);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            for (var offset = 0L; (read = file.Read(buffer.AsSpan(0, BufferSize), offset)) > 0; offset += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                image.Add(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return image;
    }

    /// <summary>Adds the pages that follow.</summary>
    /// <param name="pages">A whole number of pages.</param>
    public void Add(ReadOnlySpan<byte> pages)
    {
        for (; pages.Length > 0; pages = pages[pageSize..]) _pages.Add(PageDigest.Of(pages[..pageSize]));
    }

    /// <summary>Whether a page holds the same.</summary>
    /// <param name="number">The page, from 1 to <see cref="PageCount"/>.</param>
    /// <param name="page">Its content elsewhere.</param>
    public bool Holds(uint number, ReadOnlySpan<byte> page) => Holds(number, PageDigest.Of(page));

    /// <summary>Whether a page holds the same.</summary>
    /// <param name="number">The page, from 1 to <see cref="PageCount"/>.</param>
    /// <param name="digest">The digest of its content elsewhere.</param>
    public bool Holds(uint number, UInt128 digest) => number == Sqlite.PageSize.LockPage(pageSize) || _pages[number] == digest;

    /// <summary>One digest of all pages, in hex.</summary>
    /// <param name="leftOut">Pages that count for nothing.</param>
    public string ToDigest(IReadOnlySet<uint> leftOut)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lockPage = Sqlite.PageSize.LockPage(pageSize);
        for (var number = 1u; number <= PageCount; number++)
        {
            var digest = number == lockPage || leftOut.Contains(number) ? UInt128.Zero : _pages[number];
            hash.AppendData(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref digest, 1)));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
