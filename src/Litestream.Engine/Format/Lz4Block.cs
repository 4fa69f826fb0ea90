using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;
using K4os.Hash.xxHash;

namespace Litestream.Engine.Format;

/// <summary>One block of an LZ4 frame: filled by one thread, then compressed by whoever comes first, a thread of the pool or the one that
/// writes it. So nobody waits for a pool that is busy.</summary>
/// <param name="beside">Is given the content before it is compressed, by the same thread; null for nothing.</param>
internal sealed class Lz4Block(Action<ReadOnlyMemory<byte>>? beside) : IDisposable
{
    /// <summary>Most content of a block (LZ4 frame format, block maximum size 7).</summary>
    public const int MaxSize = 4 * 1024 * 1024;

    private const int SmallestBuffer = 64 * 1024;
    private const uint StoredFlag = 1u << 31;

    private readonly object _gate = new();
    private byte[] _content = ArrayPool<byte>.Shared.Rent(SmallestBuffer);
    private byte[]? _compressed;
    private int _length;
    private int _compressedLength;
    private bool _isDone;
    private bool _isDisposed;

    /// <summary>Whether nothing more fits.</summary>
    public bool IsFull => _length == MaxSize;

    /// <summary>Whether it has no content.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>Whether so many bytes more fit.</summary>
    public bool HasRoomFor(int size) => size <= MaxSize - _length;

    /// <summary>Takes as much as fits.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int Fill(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, MaxSize - _length);
        if (_length + taken > _content.Length) Grow(_length + taken);
        bytes[..taken].CopyTo(_content.AsSpan(_length));
        _length += taken;
        return taken;
    }

    /// <summary>Lets a thread of the pool compress it, if one has time before it is written.</summary>
    public void CompressBeside() => ThreadPool.UnsafeQueueUserWorkItem(static block => block.TryCompress(), this, preferLocal: false);

    /// <summary>Writes size and data; compresses first where nobody has.</summary>
    /// <param name="target">Receives them.</param>
    /// <param name="checksum">The content checksum, which goes on.</param>
    public void WriteTo(Stream target, ref XXH32.State checksum)
    {
        XXH32.Update(ref checksum, _content.AsSpan(0, _length));
        Compress();
        Span<byte> size = stackalloc byte[sizeof(uint)];
        var isStored = _compressedLength >= _length; // what does not get smaller is kept as it is
        BinaryPrimitives.WriteUInt32LittleEndian(size, isStored ? (uint)_length | StoredFlag : (uint)_compressedLength);
        target.Write(size);
        target.Write(isStored ? _content.AsSpan(0, _length) : _compressed.AsSpan(0, _compressedLength));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            ArrayPool<byte>.Shared.Return(_content);
            if (_compressed is not null) ArrayPool<byte>.Shared.Return(_compressed);
        }
    }

    private void TryCompress()
    {
        try
        {
            Compress();
        }
        catch (Exception)
        {
            // on this thread it would end the process; whoever writes the block tries again, and is told
        }
    }

    private void Compress()
    {
        lock (_gate)
        {
            if (_isDone || _isDisposed) return;
            beside?.Invoke(_content.AsMemory(0, _length));
            // room for what does not get smaller: without it the library works a third slower
            _compressed ??= ArrayPool<byte>.Shared.Rent(LZ4Codec.MaximumOutputSize(_length));
            _compressedLength = LZ4Codec.Encode(_content.AsSpan(0, _length), _compressed);
            _isDone = true;
        }
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Clamp(_content.Length * 2, needed, MaxSize));
        _content.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_content);
        _content = larger;
    }
}
