using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a segment of which a block could not be written took itself for complete when it was asked once more.</summary>
public sealed class HalfSegmentTests
{
    [Fact]
    public void A_segment_that_could_not_be_written_is_never_complete()
    {
        using var folder = new TempFolder();
        var files = new FaultyFileSystem();
        var start = StreamHead.Start(4096, new Random(1));
        using var segment = new SegmentWriter(files, folder["segment"], "segment", null, start);
        segment.Append(new byte[start.Header.FrameSize], start.Header);
        files.WriteFault = () => new IOException("no space is left");
        Assert.ThrowsAny<IOException>(() => segment.Complete());
        files.WriteFault = () => null;
        Assert.ThrowsAny<Exception>(() => segment.Complete());
    }
}
