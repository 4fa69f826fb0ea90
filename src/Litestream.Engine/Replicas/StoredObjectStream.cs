namespace Litestream.Engine.Replicas;

/// <summary>An object as stored: counts what is read of it and remembers its first bytes, which tell what it is when it
/// can't be decoded.</summary>
internal sealed class StoredObjectStream(Stream source) : ReadOnlyStream
{
    private const int HeadSize = 32;
    private readonly byte[] _head = new byte[HeadSize];
    private long _bytesRead;

    /// <summary>Bytes read so far. Safe to ask from any thread.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>The first bytes, as far as they were read.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, (int)Math.Min(BytesRead, HeadSize));

    public override int Read(Span<byte> buffer) => Note(buffer, source.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Note(buffer.Span, read);
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    private int Note(Span<byte> buffer, int read)
    {
        if (BytesRead < HeadSize)
        {
            var wanted = _head.AsSpan((int)BytesRead);
            buffer[..Math.Min(read, wanted.Length)].CopyTo(wanted);
        }

        Interlocked.Add(ref _bytesRead, read);
        return read;
    }
}
