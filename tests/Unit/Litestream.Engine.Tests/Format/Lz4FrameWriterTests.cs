using System.Collections.Concurrent;
using Litestream.Engine.Format;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class Lz4FrameWriterTests
{
    private const int MaxSize = Lz4Block.MaxSize;

    [Fact]
    public void It_can_only_be_written_and_only_until_it_is_complete()
    {
        using var writer = new Lz4FrameWriter(() => new MemoryStream());
        Assert.Equal((false, false, true), (writer.CanRead, writer.CanSeek, writer.CanWrite));
        Assert.Throws<NotSupportedException>(() => writer.Length);
        Assert.Throws<NotSupportedException>(() => writer.Position);
        Assert.Throws<NotSupportedException>(() => writer.Position = 0);
        Assert.Throws<NotSupportedException>(() => writer.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => writer.SetLength(0));
        Assert.Throws<NotSupportedException>(() => writer.Read(new byte[1], 0, 1));

        writer.Complete();

        Assert.False(writer.CanWrite);
        Assert.Throws<ObjectDisposedException>(() => writer.WriteByte(1));
    }

    [Fact]
    public void A_flush_in_between_makes_no_difference_to_the_frame()
    {
        Assert.Equal(Encode(_ => { }), Encode(w => w.Flush()));

        static byte[] Encode(Action<Stream> between)
        {
            using var target = new MemoryStream();
            using (var writer = new Lz4FrameWriter(() => target))
            {
                writer.Write([1, 2, 3]);
                between(writer);
                writer.Write([4, 5, 6]);
            }

            return target.ToArray();
        }
    }

    [Theory]
    [InlineData(new[] { 10, 20 }, new[] { 30 })]
    [InlineData(new[] { MaxSize - 20, 20, 1 }, new[] { MaxSize, 1 })]
    [InlineData(new[] { MaxSize - 20, 21 }, new[] { MaxSize - 20, 21 })] // what is written at once stays together
    [InlineData(new[] { MaxSize + 5 }, new[] { MaxSize, 5 })]
    [InlineData(new[] { 7, MaxSize + 5 }, new[] { 7, MaxSize, 5 })]
    [InlineData(new[] { MaxSize, 0 }, new[] { MaxSize })]
    [InlineData(new[] { MaxSize, MaxSize, MaxSize, MaxSize, MaxSize, MaxSize, MaxSize }, new[] { MaxSize, MaxSize, MaxSize, MaxSize, MaxSize, MaxSize, MaxSize })]
    public void Blocks_are_numbered_and_given_beside_with_what_was_written(int[] writes, int[] blocks)
    {
        var content = new byte[writes.Sum()];
        new Random(1).NextBytes(content);
        var given = new ConcurrentDictionary<int, byte[]>();
        using var target = new MemoryStream();
        using (var writer = new Lz4FrameWriter(() => target, (number, block) => Assert.True(given.TryAdd(number, block.ToArray()))))
        {
            var at = 0;
            foreach (var size in writes)
            {
                writer.Write(content, at, size);
                at += size;
            }
        }

        Assert.Equal(blocks, given.OrderBy(b => b.Key).Select(b => b.Value.Length));
        Assert.Equal(Enumerable.Range(0, blocks.Length), given.Keys.Order());
        Assert.True(content.AsSpan().SequenceEqual(given.OrderBy(b => b.Key).SelectMany(b => b.Value).ToArray()));
        Assert.True(content.AsSpan().SequenceEqual(Decode(target)));
    }

    [Fact]
    public void Its_target_is_opened_when_there_is_something_to_write_and_never_again()
    {
        var opened = 0;
        using var target = new MemoryStream();
        var writer = new Lz4FrameWriter(() =>
        {
            opened++;
            return target;
        });
        writer.Write(new byte[100]);
        Assert.Equal(0, opened);

        for (var i = 0; i < 8; i++) writer.Write(new byte[MaxSize]);
        Assert.Equal(1, opened);

        writer.Complete();
        Assert.Equal(1, opened);
        Assert.Equal(100 + (8 * MaxSize), Decode(target).Length);
    }

    [Fact]
    public void Blocks_that_are_full_can_be_written_before_others_are_in_their_way()
    {
        using var target = new MemoryStream();
        using var writer = new Lz4FrameWriter(() => target);
        var content = Noise((2 * MaxSize) + 100);
        writer.Write(content.AsSpan(0, MaxSize - 1));
        writer.WriteFull();
        Assert.Equal(0, target.Length);
        writer.Write(content.AsSpan(MaxSize - 1, 1));
        writer.Write(content.AsSpan(MaxSize, MaxSize + 100));
        Assert.Equal(0, target.Length);
        writer.WriteFull();
        Assert.True(target.Length > MaxSize);

        writer.Complete();
        Assert.True(content.AsSpan().SequenceEqual(Decode(target)));
    }

    /// <summary>A frame with a block missing would have the checksum of what was left.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void After_a_block_that_could_not_be_written_the_frame_is_not_completed(int blocksBehind)
    {
        var target = new FullStream(room: 20);
        var writer = new Lz4FrameWriter(() => target);
        var error = Assert.Throws<IOException>(() =>
        {
            for (var i = 0; i <= blocksBehind; i++) writer.Write(Noise(MaxSize));
            writer.Complete();
        });
        Assert.Equal("No space left.", error.Message);
        target.Room = long.MaxValue;
        var length = target.Length;

        writer.Dispose();

        Assert.Equal(length, target.Length);
        Assert.Throws<ObjectDisposedException>(writer.Complete);
        Assert.Throws<ObjectDisposedException>(() => writer.Write([1]));
    }

    [Fact]
    public void An_abandoned_frame_is_not_completed()
    {
        using var target = new MemoryStream();
        var writer = new Lz4FrameWriter(() => target);
        writer.Write([1, 2, 3]);

        writer.Abandon();
        writer.Dispose();

        Assert.Equal(0, target.Length);
        Assert.Throws<ObjectDisposedException>(writer.Complete);
    }

    private static byte[] Noise(int size)
    {
        var noise = new byte[size];
        new Random(size).NextBytes(noise);
        return noise;
    }

    private static byte[] Decode(MemoryStream frame)
    {
        using var content = new MemoryStream();
        using (var decoded = Lz4Frame.Decode(new MemoryStream(frame.ToArray()))) decoded.CopyTo(content);
        return content.ToArray();
    }

    private sealed class FullStream(long room) : MemoryStream
    {
        public long Room { get; set; } = room;

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > Room) throw new IOException("No space left.");
            base.Write(buffer, offset, count);
        }
    }
}
