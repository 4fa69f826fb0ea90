using System.Buffers.Binary;
using K4os.Hash.xxHash;

namespace Litestream.Engine.Format;

/// <summary>Compresses what is written to it into one LZ4 frame. Its blocks do not depend on each other, so several are compressed at once,
/// beside the thread that writes; the target is only written to by that one, always after the same number of blocks. What is written at once
/// stays together in a block, if it fits into one.</summary>
internal sealed class Lz4FrameWriter : Stream
{
    /// <summary>More would cost memory, and a disk is seldom faster.</summary>
    private static readonly int s_maxBeside = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>So many bytes can be written before the target is touched.</summary>
    public static long RoomInMemory => (long)s_maxBeside * Lz4Block.MaxSize;

    private readonly Func<Stream> _open;
    private readonly Action<int, ReadOnlyMemory<byte>>? _beside;
    private readonly Queue<Lz4Block> _full = new();
    private Stream? _target;
    private Lz4Block? _block;
    private XXH32.State _checksum;
    private int _blockCount;
    private bool _isDisposed;

    /// <summary>Begins a frame.</summary>
    /// <param name="open">Opens what receives it, when there is something to write; it stays open.</param>
    /// <param name="beside">Is given number and content of each block before it is compressed, on any thread, several at once; null for nothing. What it
    /// throws, the writing throws.</param>
    public Lz4FrameWriter(Func<Stream> open, Action<int, ReadOnlyMemory<byte>>? beside = null)
    {
        (_open, _beside) = (open, beside);
        XXH32.Reset(ref _checksum);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => !_isDisposed;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Magic number; version 1, independent blocks, content checksum; blocks of 4 MiB; checksum of these two (LZ4 frame format).</summary>
    private static byte[] Header { get; } = [0x04, 0x22, 0x4d, 0x18, 0x64, 0x70, (byte)(XXH32.DigestOf(new byte[] { 0x64, 0x70 }) >> 8)];

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_block is { IsEmpty: false } begun && !begun.HasRoomFor(buffer.Length)) Close(begun);
        while (buffer.Length > 0)
        {
            _block ??= NewBlock();
            buffer = buffer[_block.Fill(buffer)..];
            if (_block.IsFull) Close(_block);
        }
    }

    public override void Flush()
    {
        // what is not yet a block can't be written
    }

    /// <summary>Writes the blocks that are full, so that there is room in memory for the next ones.</summary>
    public void WriteFull()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (_full.Count > 0) WriteOldest();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends without completing the frame: what was written of it is worth nothing.</summary>
    public void Abandon()
    {
        _isDisposed = true;
        foreach (var block in _full) block.Dispose();
        _full.Clear();
        _block?.Dispose();
        _block = null;
    }

    /// <summary>Completes the frame; nothing can be written any more.</summary>
    /// <exception cref="ObjectDisposedException">It was completed already, or something of it could not be written.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        try
        {
            WriteRest();
        }
        finally
        {
            Abandon();
        }
    }

    /// <summary>Completes the frame, unless something of it could not be written: whoever did that was told.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed) Complete();
        base.Dispose(disposing);
    }

    private Lz4Block NewBlock()
    {
        var number = _blockCount++;
        return new(_beside is null ? null : content => _beside(number, content));
    }

    private void Close(Lz4Block block)
    {
        _block = null;
        _full.Enqueue(block);
        block.CompressBeside();
        if (_full.Count > s_maxBeside) WriteOldest();
    }

    private void WriteRest()
    {
        while (_full.Count > 0) WriteOldest();
        if (_block is not null) Write(_block);
        Span<byte> end = stackalloc byte[2 * sizeof(uint)];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end[sizeof(uint)..], XXH32.Digest(_checksum));
        Target().Write(end);
    }

    private void WriteOldest()
    {
        using var block = _full.Dequeue();
        Write(block);
    }

    private void Write(Lz4Block block)
    {
        try
        {
            block.WriteTo(Target(), ref _checksum);
        }
        catch
        {
            Abandon(); // without this block the frame must not be completed
            throw;
        }
    }

    private Stream Target()
    {
        if (_target is not null) return _target;
        _target = _open();
        _target.Write(Header);
        return _target;
    }
}
