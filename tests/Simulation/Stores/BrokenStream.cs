namespace Litestream.Simulation.Stores;

/// <summary>A body that ends too soon.</summary>
/// <param name="bytes">What comes of it.</param>
/// <param name="breaks">Whether its end is an error.</param>
internal sealed class BrokenStream(byte[] bytes, bool breaks) : MemoryStream(bytes)
{
    public override int Read(byte[] buffer, int offset, int count) => Checked(base.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer) => Checked(base.Read(buffer));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    private int Checked(int count) => count > 0 || !breaks ? count : throw new IOException("The connection was reset.");
}
