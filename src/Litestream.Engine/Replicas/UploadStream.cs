namespace Litestream.Engine.Replicas;

/// <summary>An object of the spool while a replica's client reads it; tells how far that is.</summary>
/// <param name="content">The object; stays open.</param>
/// <param name="reached">Is told the offset behind each read.</param>
internal sealed class UploadStream(Stream content, Action<long> reached) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position { get => content.Position; set => content.Position = value; }

    public override int Read(Span<byte> buffer) => Note(content.Read(buffer));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Note(await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => content.Seek(offset, origin);

    public override void Flush()
    {
        // nothing is written here
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Note(int read)
    {
        reached(content.Position);
        return read;
    }
}
