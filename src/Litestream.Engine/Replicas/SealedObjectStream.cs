using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas;

/// <summary>What stands behind the seal of a stored object, held against it at the end; an object without a seal as it is.</summary>
/// <param name="stored">The object as stored; is disposed with this stream.</param>
/// <param name="key">Its key.</param>
internal sealed class SealedObjectStream(Stream stored, string key) : ReadOnlyStream
{
    private readonly byte[] _start = new byte[ObjectSeal.Size];
    private ReadOnlyMemory<byte> _unsealed;
    private ObjectSeal? _seal;
    private bool _isBegun;

    /// <summary>Whether there is a seal; known when something was read.</summary>
    public bool IsSealed => _seal is not null;

    public override int Read(Span<byte> buffer)
    {
        if (!_isBegun) Begin(stored.ReadAtLeast(_start, _start.Length, throwOnEndOfStream: false));
        return _unsealed.Length > 0 ? TakeUnsealed(buffer) : Check(buffer, stored.Read(buffer));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isBegun) Begin(await stored.ReadAtLeastAsync(_start, _start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false));
        if (_unsealed.Length > 0) return TakeUnsealed(buffer.Span);
        var read = await stored.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Check(buffer.Span, read);
    }

    public override async ValueTask DisposeAsync()
    {
        await stored.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) stored.Dispose();
        base.Dispose(disposing);
    }

    private void Begin(int read)
    {
        _isBegun = true;
        if (ObjectSeal.IsAtStart(_start.AsSpan(0, read))) _seal = new(key);
        else _unsealed = _start.AsMemory(0, read);
    }

    private int TakeUnsealed(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _unsealed.Length);
        _unsealed.Span[..taken].CopyTo(buffer);
        _unsealed = _unsealed[taken..];
        return taken;
    }

    private int Check(Span<byte> buffer, int read)
    {
        if (_seal is null) return read;
        if (read > 0) _seal.Add(buffer[..read]);
        else if (buffer.Length > 0 && !_seal.ToBytes().AsSpan().SequenceEqual(_start)) throw new InvalidDataException("its seal is not that of these bytes under this name: it has changed, or was renamed");
        return read;
    }
}
