using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>Writes an object behind its seal, which is known when all is written.</summary>
/// <param name="file">The object's file, empty; stays open.</param>
/// <param name="key">The object's key.</param>
internal sealed class SealingStream(IFile file, string key) : Stream
{
    private readonly ObjectSeal _seal = new(key);
    private long _position = ObjectSeal.Size;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>Bytes so far, with the seal.</summary>
    public override long Length => _position;

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        file.Write(buffer, _position);
        _seal.Add(buffer);
        _position += buffer.Length;
    }

    /// <summary>Puts the seal in front: nothing more is written. Only then may the file be flushed and named.</summary>
    public void Seal() => file.Write(_seal.ToBytes(), 0);

    public override void Flush()
    {
        // nothing is buffered here; durability is asked of the file
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
