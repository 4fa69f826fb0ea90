using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Spool;

public sealed class WalStreamWriterTests
{
    [Theory]
    [InlineData(512, 4 << 10)]
    [InlineData(4096, 64 << 10)]
    [InlineData(65536, 1)]
    public void One_capture_makes_no_index_much_larger_than_it_may_be(int pageSize, long maxIndexSize)
    {
        using var database = new TestDatabase(pageSize);
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using (var view = session.TryOpenView()!) session.StartAt(view.Point);
        for (var i = 0; i < 60; i++) database.App.Insert(1, 100_000);
        using var stream = Create(database, StreamHead.Start(pageSize, new Random(1)), maxIndexSize);
        Assert.True(session.TryCapture(stream) > 60);
        Assert.True(stream.Segments.Count > 3);
        var next = 0;
        foreach (var segment in stream.Segments)
        {
            Assert.Equal((next++, 0L), (segment.Start.Position.Index, segment.Start.Position.Offset));
            // one run of frames beyond the bound, and the transaction that it ends in
            if (segment != stream.Segments[^1]) Assert.InRange(segment.Head.Position.Offset, maxIndexSize, maxIndexSize + (2 << 20));
            if (segment.IsEmpty) continue;
            segment.Complete();
            using var content = new DecodedObjectStream(File.OpenRead(segment.TemporaryPath), "segment");
            using var wal = new MemoryStream();
            content.CopyTo(wal);
            Assert.True(WalFrameHeader.Read(wal.ToArray().AsSpan((int)wal.Length - WalFrameHeader.Size - pageSize)).IsCommit);
        }
    }

    [Fact]
    public void Dispose_deletes_what_was_completed_and_not_published()
    {
        using var database = new TestDatabase();
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using (var view = session.TryOpenView()!) session.StartAt(view.Point);
        database.App.Insert();
        string path;
        using (var stream = Create(database, StreamHead.Start(4096, new Random(1)), 1 << 20))
        {
            session.TryCapture(stream);
            stream.Segments[0].Complete();
            path = stream.Segments[0].TemporaryPath;
            Assert.True(File.Exists(path));
        }

        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(512, 50, 40, 1 << 20)]
    [InlineData(65536, 5, 100, 16 << 20)] // several blocks a segment
    [InlineData(65536, 3, 50, 5 << 20)] // and several segments
    public void The_changes_are_those_of_all_frames_in_order(int pageSize, int rounds, int maxFrames, long maxIndexSize)
    {
        using var database = new TestDatabase(512);
        var random = new Random(7);
        var source = StreamHead.Start(pageSize, random).Header;
        for (var round = 0; round < rounds; round++)
        {
            using var stream = Create(database, StreamHead.Start(pageSize, random), maxIndexSize);
            var expected = new PageChanges();
            for (var run = 0; run < 3; run++)
            {
                var frames = DrawFrames(random, random.Next(1, maxFrames), source.FrameSize);
                for (var offset = 0; offset < frames.Length; offset += source.FrameSize)
                {
                    var header = WalFrameHeader.Read(frames.AsSpan(offset));
                    expected.Set(header.PageNumber, PageDigest.Of(frames.AsSpan(offset + WalFrameHeader.Size, pageSize)));
                    if (header.IsCommit) expected.SetCount(header.CommitSize);
                }

                stream.Append(frames, source);
            }

            foreach (var segment in stream.Segments.Where(s => !s.IsEmpty)) segment.Complete();
            Assert.Equal((expected.Count, expected.LeastCount), (stream.Changes.Count, stream.Changes.LeastCount));
            Assert.Equal(expected.Digests.OrderBy(d => d.Key), stream.Changes.Digests.OrderBy(d => d.Key));
        }
    }

    /// <summary>Few pages, written again and again, of a database that shrinks and grows; the last frame closes a transaction.</summary>
    private static byte[] DrawFrames(Random random, int count, int frameSize)
    {
        var frames = new byte[count * frameSize];
        random.NextBytes(frames);
        for (var i = 0; i < count; i++)
        {
            var size = i == count - 1 || random.Next(3) == 0 ? (uint)random.Next(1, 12) : 0;
            new WalFrameHeader((uint)random.Next(1, 12), size, 0, 0, default).Write(frames.AsSpan(i * frameSize));
        }

        return frames;
    }

    private static WalStreamWriter Create(TestDatabase database, StreamHead start, long maxIndexSize) => new(
        head => new SegmentWriter(LocalFileSystem.Instance, database[$"segment{head.Position.Index}"], "segment", null, head), start, maxIndexSize);
}
