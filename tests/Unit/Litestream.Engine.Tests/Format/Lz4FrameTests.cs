using Litestream.Engine.Format;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class Lz4FrameTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4 << 20)]
    [InlineData((9 << 20) + 7)]
    public void Decode_returns_what_was_encoded(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content.AsSpan(0, size / 2));
        using var decoded = new MemoryStream();
        Lz4Frame.Decode(new MemoryStream(Encode(content))).CopyTo(decoded);
        Assert.True(content.AsSpan().SequenceEqual(decoded.ToArray()));
    }

    [Fact]
    public void Encode_writes_the_header_that_Litestream_writes()
    {
        // magic, flags (independent blocks, content checksum, neither block checksums nor content size), 4 MiB, header checksum
        Assert.Equal("04224D186470B9", Convert.ToHexString(Encode([1, 2, 3])[..7]));
        Assert.Equal("04224D186470B9", Convert.ToHexString(Encode([])[..7]));
    }

    [Fact]
    public void Encode_ends_with_the_end_mark_and_a_checksum()
    {
        var frame = Encode(new byte[1000]);
        Assert.Equal("00000000", Convert.ToHexString(frame[^8..^4]));
        frame[^1] ^= 1;
        Assert.Throws<InvalidDataException>(() => Lz4Frame.Decode(new MemoryStream(frame)).CopyTo(Stream.Null));
    }

    [Fact]
    public void Encode_leaves_the_target_open()
    {
        using var target = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(target)) encoder.WriteByte(7);
        var length = target.Length;
        target.WriteByte(1);
        Assert.Equal(length + 1, target.Length);
    }

    private static byte[] Encode(byte[] content)
    {
        using var frame = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(frame)) encoder.Write(content);
        return frame.ToArray();
    }
}
