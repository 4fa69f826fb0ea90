using System.Buffers;
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

    private static byte[] Write(Lz4Block block)
    {
        using var target = new MemoryStream();
        XXH32.State checksum = default;
        XXH32.Reset(ref checksum);
        block.WriteTo(target, ref checksum);
        return target.ToArray();
    }
}
