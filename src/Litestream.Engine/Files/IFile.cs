namespace Litestream.Engine.Files;

/// <summary>An open file with positional access. Members throw <see cref="IOException"/> when the system refuses.</summary>
public interface IFile : IDisposable
{
    /// <summary>The length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads at an offset.</summary>
    /// <param name="buffer">Is filled as far as the file goes.</param>
    /// <param name="offset">Byte offset from the start, 0 or more.</param>
    /// <returns>The bytes read; less than the buffer's length only at the end of the file.</returns>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes all of a buffer at an offset; the file grows as needed.</summary>
    /// <param name="buffer">What is written.</param>
    /// <param name="offset">Byte offset from the start, 0 or more.</param>
    void Write(ReadOnlySpan<byte> buffer, long offset);

    /// <summary>Cuts or extends the file; what is new reads as zeros.</summary>
    /// <param name="length">The new length in bytes.</param>
    void SetLength(long length);

    /// <summary>Returns when everything written is on the device; throws when the device says otherwise.</summary>
    void FlushToDisk();
}
