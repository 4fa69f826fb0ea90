namespace Litestream.Engine.Replicas;

/// <summary>An object that tells how much is read of it.</summary>
/// <param name="source">The object; is disposed with this stream.</param>
/// <param name="reading">Is told the bytes of each reading.</param>
internal sealed class MeteredStream(Stream source, Action<int> reading) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer) => Note(source.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Note(await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

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

    private int Note(int read)
    {
        reading(read);
        return read;
    }
}
