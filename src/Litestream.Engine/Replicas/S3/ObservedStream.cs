namespace Litestream.Engine.Replicas.S3;

/// <summary>Content on its way to the store. Its own failure is kept apart from the store's: the way wraps both alike. Closing it closes
/// nothing.</summary>
internal sealed class ObservedStream(Stream content) : Stream
{
    /// <summary>What reading the content has failed with; null if it has not.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Is called at each reading.</summary>
    public Action GotOn { get; set; } = () => { };

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position
    {
        get => content.Position;
        set => content.Position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        GotOn();
        try
        {
            return content.Read(buffer);
        }
        catch (Exception e)
        {
            Failure = e;
            throw;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        GotOn();
        try
        {
            return await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Failure = e;
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => content.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
