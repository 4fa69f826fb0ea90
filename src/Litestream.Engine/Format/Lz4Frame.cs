using K4os.Compression.LZ4.Streams;

namespace Litestream.Engine.Format;

/// <summary>The compression of every object: one LZ4 frame with independent blocks of 4 MiB, a content checksum, no block
/// checksums and no content size. Litestream 0.3.13 rejects block checksums and reads only the first frame of an object
/// (replica format 1.2 and 1.3).</summary>
public static class Lz4Frame
{
    /// <summary>First bytes of every object that is not encrypted, behind its <see cref="ObjectSeal"/> if it has one.</summary>
    public static ReadOnlySpan<byte> Magic => [0x04, 0x22, 0x4d, 0x18];

    /// <summary>Opens a stream that compresses what is written to it; disposing it completes the frame.</summary>
    /// <param name="target">Receives the frame; stays open.</param>
    public static Stream Encode(Stream target) => new Lz4FrameWriter(() => target);

    /// <summary>Opens a stream that decompresses; checks the content checksum at the end. It reads no further than to the end of a block at once: so
    /// what is in front of a damaged block is had before the error.</summary>
    /// <param name="source">The frame; is disposed with the result.</param>
    public static Stream Decode(Stream source) => LZ4Stream.Decode(source, leaveOpen: false, interactive: true);
}
