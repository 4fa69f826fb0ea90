using Litestream.Engine.Files;

namespace Litestream.Fuzz.Fakes;

/// <summary>A file in memory that may have holes; as a disk it has a largest length.</summary>
internal sealed class MemoryFile : IFile
{
    private const int BlockSize = 4096;
    private const long MaxLength = 16L << 40;

    private readonly Dictionary<long, byte[]> _blocks = [];

    public MemoryFile(ReadOnlySpan<byte> content = default) => Write(content, 0);

    public long Length { get; private set; }

    public int Read(Span<byte> buffer, long offset)
    {
        var count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        for (var done = 0; done < count;)
        {
            var (block, place) = Math.DivRem(offset + done, BlockSize);
            var piece = buffer[done..count];
            if (piece.Length > BlockSize - place) piece = piece[..(int)(BlockSize - place)];
            if (_blocks.TryGetValue(block, out var bytes)) bytes.AsSpan((int)place, piece.Length).CopyTo(piece);
            else piece.Clear();
            done += piece.Length;
        }

        return count;
    }

    public void Write(ReadOnlySpan<byte> buffer, long offset)
    {
        if (offset + buffer.Length > MaxLength) throw new IOException("The file is too large.");
        for (var done = 0; done < buffer.Length;)
        {
            var (block, place) = Math.DivRem(offset + done, BlockSize);
            var count = (int)Math.Min(buffer.Length - done, BlockSize - place);
            if (!_blocks.TryGetValue(block, out var bytes)) _blocks.Add(block, bytes = new byte[BlockSize]);
            buffer.Slice(done, count).CopyTo(bytes.AsSpan((int)place));
            done += count;
        }

        Length = Math.Max(Length, offset + buffer.Length);
    }

    public void SetLength(long length)
    {
        if (length > MaxLength) throw new IOException("The file is too large.");
        foreach (var block in _blocks.Keys.Where(b => (b + 1) * BlockSize > length).ToList())
        {
            if (block * BlockSize >= length) _blocks.Remove(block);
            else Array.Clear(_blocks[block], (int)(length - block * BlockSize), (int)((block + 1) * BlockSize - length));
        }

        Length = length;
    }

    public void FlushToDisk()
    {
        // memory is all there is
    }

    public void Dispose()
    {
        // the content stays, as that of a file does
    }
}
