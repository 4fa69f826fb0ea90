namespace Litestream.Engine.Replicas;

/// <summary>Compares what two streams give.</summary>
internal static class StreamComparison
{
    private const int BufferSize = 1 << 16;

    /// <summary>Whether both give the same bytes.</summary>
    /// <param name="one">Is read to its end, or to the first difference.</param>
    /// <param name="other">The same.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<bool> IsSameAsync(Stream one, Stream other, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize], otherBuffer = new byte[BufferSize];
        while (true)
        {
            var read = await one.ReadAtLeastAsync(buffer, BufferSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var otherRead = await other.ReadAtLeastAsync(otherBuffer, BufferSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (!buffer.AsSpan(0, read).SequenceEqual(otherBuffer.AsSpan(0, otherRead))) return false;
            if (read < BufferSize) return true;
        }
    }
}
