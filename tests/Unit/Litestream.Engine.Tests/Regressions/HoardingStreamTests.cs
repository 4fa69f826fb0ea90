using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: of every index that a large capture had filled, the last blocks waited in memory until the cut: tens of MiB for each
/// 64 MiB of a WAL.</summary>
public sealed class HoardingStreamTests
{
    [Fact]
    public void Nothing_of_an_index_waits_in_memory_when_the_next_one_has_begun()
    {
        using var folder = new TempFolder();
        var start = StreamHead.Start(4096, new Random(1));
        using var stream = new WalStreamWriter(
            head => new(LocalFileSystem.Instance, folder[$"{head.Position.Index}"], $"{head.Position.Index}", null, head), start, maxIndexSize: 1);
        for (var commit = 0; commit < 2; commit++) stream.Append(Commit(start), start.Header);

        Assert.Equal(2, stream.Segments.Count);
        using var content = new DecodedObjectStream(File.OpenRead(folder["0"]), "0");
        using var wal = new MemoryStream();
        content.CopyTo(wal);
        Assert.Equal(stream.Segments[0].Head.Position.Offset, wal.Length);
    }

    private static byte[] Commit(StreamHead head)
    {
        var frame = new byte[head.Header.FrameSize];
        new Engine.Sqlite.WalFrameHeader(1, 1, 0, 0, default).Write(frame);
        return frame;
    }
}
