namespace Litestream.Engine.Replicas;

/// <summary>Reads notes of replications, which are small: of something larger, whoever has put it there, no more than the begin.</summary>
internal static class SmallContent
{
    /// <summary>Bytes that are read at most: no note has so many.</summary>
    public const int MaxSize = 1 << 16;

    /// <summary>Reads it.</summary>
    /// <param name="source">The content.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>All of it, or so much that nobody takes it for a note.</returns>
    public static async Task<byte[]> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxSize];
        var read = await source.ReadAtLeastAsync(buffer, MaxSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return buffer[..read];
    }
}
