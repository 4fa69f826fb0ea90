using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Spool;

public sealed class SegmentWriterTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void SQLite_itself_reads_the_segments_of_several_lives_as_one_WAL(int pageSize)
    {
        using var database = new TestDatabase(pageSize);
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        var start = Snapshot(database, session);
        var head = StreamHead.Start(pageSize, new Random(1));
        using var wal = new MemoryStream();
        for (var segment = 0; segment < 4; segment++)
        {
            database.App.Insert(30, 300);
            head = Cut(session, head, database["segment"], wal);
            database.App.Insert(2, 2000);
            using var writer = new SegmentWriter(LocalFileSystem.Instance, database["segment"], "segment", null, head);
            Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(session, writer, CheckpointEffort.Yielding));
            head = Complete(writer, database["segment"], wal);
            database.App.Checkpoint(Application.Truncate);
        }

        Assert.Equal(head.Position.Offset, wal.Length);
        File.WriteAllBytes(database["copy.db"], start);
        File.WriteAllBytes(database["copy.db-wal"], wal.ToArray());
        using var copy = Application.Open(database["copy.db"]);
        Assert.Equal("ok", copy.Text("PRAGMA integrity_check"));
        Assert.Equal(database.App.Image(), copy.Image());
    }

    [Fact]
    public void Nothing_is_created_before_the_first_frame()
    {
        using var database = new TestDatabase();
        using var writer = new SegmentWriter(LocalFileSystem.Instance, database["segment"], "segment", null, StreamHead.Start(4096, new Random(1)));
        Assert.True(writer.IsEmpty);
        Assert.False(File.Exists(database["segment"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dispose_deletes_a_segment_that_did_not_get_its_name(bool isComplete)
    {
        using var database = new TestDatabase();
        var start = StreamHead.Start(4096, new Random(1));
        using (var writer = new SegmentWriter(LocalFileSystem.Instance, database["segment"], "segment", null, start))
        {
            // more than waits in memory
            var frames = new byte[256 * start.Header.FrameSize];
            for (var run = 0; run < 32; run++) writer.Append(frames, start.Header);
            if (isComplete) writer.Complete();
            Assert.True(File.Exists(database["segment"]));
        }

        Assert.False(File.Exists(database["segment"]));
    }

    [Fact]
    public void Append_refuses_another_page_size()
    {
        using var database = new TestDatabase(1024);
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        Snapshot(database, session);
        database.App.Insert();
        using var writer = new SegmentWriter(LocalFileSystem.Instance, database["segment"], "segment", null, StreamHead.Start(4096, new Random(1)));
        Assert.Throws<ContinuityLostException>(() => session.TryCapture(writer));
    }

    [Fact]
    public void The_next_index_has_a_salt_one_higher_and_starts_at_0()
    {
        var head = new StreamHead(new(7, 5000), 4096, uint.MaxValue, 5, new(1, 2), 500);
        var next = head.NextIndex();
        Assert.Equal(new Position(8, 0), next.Position);
        Assert.Equal(0u, next.Salt1);
        Assert.NotEqual(head.Salt2, next.Salt2);
        Assert.Equal(0, next.SegmentCount);
    }

    private static byte[] Snapshot(TestDatabase database, CaptureSession session)
    {
        using var view = session.TryOpenView()!;
        session.StartAt(view.Point);
        return database.App.Image();
    }

    private static StreamHead Cut(CaptureSession session, StreamHead head, string path, MemoryStream wal)
    {
        using var writer = new SegmentWriter(LocalFileSystem.Instance, path, "segment", null, head);
        Assert.True(session.TryCapture(writer) > 0);
        return Complete(writer, path, wal);
    }

    private static StreamHead Complete(SegmentWriter writer, string path, MemoryStream wal)
    {
        Assert.Equal(writer.Complete(), new FileInfo(path).Length);
        using var content = new DecodedObjectStream(File.OpenRead(path), "segment");
        Assert.Equal(writer.Start.Position.Offset, wal.Length);
        content.CopyTo(wal);
        return writer.Head;
    }
}
