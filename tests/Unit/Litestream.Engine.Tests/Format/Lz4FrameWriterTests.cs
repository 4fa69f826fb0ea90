using Litestream.Engine.Format;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class Lz4FrameWriterTests
{
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
}
