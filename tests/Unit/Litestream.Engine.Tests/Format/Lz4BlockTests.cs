using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;
using K4os.Hash.xxHash;
using Litestream.Engine.Format;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class Lz4BlockTests
{
    /// <summary>On a thread of the pool nobody would catch it, and the process would end.</summary>
    [Fact]
    public void What_fails_beside_fails_for_whoever_writes_the_block()
    {
        using var failed = new CountdownEvent(1);
        using var block = new Lz4Block(_ =>
        {
            if (!failed.IsSet) failed.Signal();
            throw new IOException("The spool is gone.");
        });
        block.Fill([1, 2, 3]);

        block.CompressBeside();

        Assert.True(failed.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal("The spool is gone.", Assert.Throws<IOException>(() => Write(block)).Message);
    }

    [Fact]
    public void What_failed_beside_is_tried_again_by_whoever_writes_the_block()
    {
        var given = 0;
        using var failed = new ManualResetEventSlim();
        using var block = new Lz4Block(_ =>
        {
            if (Interlocked.Increment(ref given) > 1) return;
            failed.Set();
            throw new IOException("Once only.");
        });
        block.Fill([1, 2, 3]);
        block.CompressBeside();
        Assert.True(failed.Wait(TimeSpan.FromSeconds(30)));

        // too small to be compressed: its size with the mark for that, and what was filled in
        Assert.Equal([3, 0, 0, 0x80, 1, 2, 3], Write(block));
        Assert.Equal(2, given);
    }

    /// <summary>Two others would get the same buffer, and each write over what the other has in it.</summary>
    [Fact]
    public void Its_buffer_goes_back_once_however_often_it_is_disposed()
    {
        var block = new Lz4Block(null);
        block.Dispose();
        block.Dispose();

        var (one, other) = (ArrayPool<byte>.Shared.Rent(64 * 1024), ArrayPool<byte>.Shared.Rent(64 * 1024));
        Assert.NotSame(one, other);
        ArrayPool<byte>.Shared.Return(one);
        ArrayPool<byte>.Shared.Return(other);
    }

    [Fact]
    public void It_is_compressed_once_however_often_that_is_asked_for()
    {
        var given = 0;
        using var block = new Lz4Block(_ => given++);
        block.Fill(new byte[1000]);

        Assert.Equal(Write(block), Write(block));
        Assert.Equal(1, given);
    }

    /// <summary>Eight bytes, four of them again and eight others: four are saved, and naming them costs four.</summary>
    [Fact]
    public void What_gets_no_smaller_is_stored_as_it_is()
    {
        byte[] content = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 17, 18];
        Assert.Equal(content.Length, LZ4Codec.Encode(content, new byte[100]));
        using var block = new Lz4Block(null);
        block.Fill(content);

        Assert.Equal([20, 0, 0, 0x80, .. content], Write(block));
    }

    [Fact]
    public void What_gets_smaller_is_stored_with_its_size()
    {
        using var block = new Lz4Block(null);
        block.Fill(new byte[1000]);

        var written = Write(block);

        Assert.InRange(written.Length, 5, 100);
        Assert.Equal(written.Length - sizeof(uint), BinaryPrimitives.ReadInt32LittleEndian(written));
        var content = new byte[1000];
        Assert.Equal(1000, LZ4Codec.Decode(written.AsSpan(sizeof(uint)), content));
        Assert.All(content, b => Assert.Equal(0, b));
    }

    [Fact]
    public void It_takes_4_MiB_and_no_more()
    {
        using var block = new Lz4Block(null);
        Assert.Equal((true, false, true, false), (block.IsEmpty, block.IsFull, block.HasRoomFor(4 << 20), block.HasRoomFor((4 << 20) + 1)));

        Assert.Equal(100_000, block.Fill(new byte[100_000]));
        Assert.Equal((false, false, true, false), (block.IsEmpty, block.IsFull, block.HasRoomFor((4 << 20) - 100_000), block.HasRoomFor((4 << 20) - 99_999)));

        Assert.Equal((4 << 20) - 100_000, block.Fill(new byte[4 << 20]));
        Assert.Equal((false, true, true, false), (block.IsEmpty, block.IsFull, block.HasRoomFor(0), block.HasRoomFor(1)));
        Assert.Equal(0, block.Fill([1]));
    }

    /// <summary>The buffer is exchanged for larger ones on the way.</summary>
    [Fact]
    public void What_was_filled_in_bit_by_bit_is_all_there()
    {
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        using var block = new Lz4Block(null);
        for (var at = 0; at < content.Length; at += 50_000) Assert.Equal(50_000, block.Fill(content.AsSpan(at, 50_000)));

        Assert.True(Write(block).AsSpan(sizeof(uint)).SequenceEqual(content));
    }

    /// <summary>Its buffers may be somebody else's by then.</summary>
    [Fact]
    public void A_block_that_was_let_go_is_not_compressed_any_more()
    {
        var given = 0;
        var block = new Lz4Block(_ => given++);
        block.Fill([1, 2, 3]);
        block.Dispose();

        Write(block);

        Assert.Equal(0, given);
    }

    private static byte[] Write(Lz4Block block)
    {
        using var target = new MemoryStream();
        XXH32.State checksum = default;
        XXH32.Reset(ref checksum);
        block.WriteTo(target, ref checksum);
        return target.ToArray();
    }
}
