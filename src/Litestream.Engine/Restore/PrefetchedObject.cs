using System.Buffers;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>A small object as stored, in a buffer of the pool that goes back when this is disposed.</summary>
internal sealed class PrefetchedObject(byte[] buffer, int size) : ReadOnlyStream
{
    private int _position;
    private bool _returned;

    public override int Read(Span<byte> target)
    {
        var read = Math.Min(target.Length, size - _position);
        buffer.AsSpan(_position, read).CopyTo(target);
        _position += read;
        return read;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(target.Span));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_returned)
        {
            _returned = true;
            ArrayPool<byte>.Shared.Return(buffer);
        }

        base.Dispose(disposing);
    }
}
