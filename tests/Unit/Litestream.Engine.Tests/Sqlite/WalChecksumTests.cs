using System.Buffers.Binary;
using Litestream.Engine.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Sqlite;

/// <summary>Held against the file format's own recurrence, word by word.</summary>
public sealed class WalChecksumTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(512 + 8)]
    [InlineData(1024 - 8)]
    [InlineData(1024)]
    [InlineData(1024 + 8)]
    [InlineData(4096 + 8)]
    [InlineData(65536 + 8)]
    public void Append_follows_the_recurrence(int length)
    {
        var random = new Random(length);
        var bytes = new byte[length];
        random.NextBytes(bytes);
        var start = new WalChecksum((uint)random.NextInt64(1L << 32), (uint)random.NextInt64(1L << 32));
        foreach (var bigEndian in new[] { false, true }) Assert.Equal(ByRecurrence(start, bytes, bigEndian), start.Append(bytes, bigEndian));
    }

    [Fact]
    public void Append_goes_on_where_it_was()
    {
        var bytes = new byte[10_000];
        new Random(1).NextBytes(bytes);
        var whole = new WalChecksum(1, 2).Append(bytes, bigEndian: false);
        for (var cut = 0; cut <= bytes.Length; cut += 1000)
            Assert.Equal(whole, new WalChecksum(1, 2).Append(bytes.AsSpan(0, cut), bigEndian: false).Append(bytes.AsSpan(cut), bigEndian: false));
    }

    [Fact]
    public void Append_takes_pairs_of_words_only() => Assert.Throws<ArgumentException>(() => default(WalChecksum).Append(new byte[12], bigEndian: false));

    private static WalChecksum ByRecurrence(WalChecksum start, ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var (s1, s2) = start;
        for (; bytes.Length > 0; bytes = bytes[8..])
        {
            s1 += Word(bytes) + s2;
            s2 += Word(bytes[4..]) + s1;
        }

        return new(s1, s2);

        uint Word(ReadOnlySpan<byte> at) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
    }
}
