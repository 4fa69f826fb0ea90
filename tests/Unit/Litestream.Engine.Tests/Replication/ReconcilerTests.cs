using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>SQLite itself applies the transaction that was made of the differences.</summary>
public sealed class ReconcilerTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void What_differs_makes_the_former_database_the_present_one(int pageSize)
    {
        using var database = new TestDatabase(pageSize);
        database.App.Insert(200, 2000);
        AssertReconciles(database, () =>
        {
            database.App.Execute("DELETE FROM item WHERE id % 7 = 0; UPDATE item SET data = randomblob(100) WHERE id % 5 = 0");
            database.App.Insert(100, 3000);
            database.App.Checkpoint(Application.Truncate);
            database.App.Insert(3, 100);
        });
    }

    [Fact]
    public void A_database_that_only_got_shorter_gets_its_size()
    {
        using var database = new TestDatabase(4096, "PRAGMA auto_vacuum=incremental");
        database.App.Insert(200, 3000);
        database.App.Execute("DELETE FROM item WHERE id > 50; PRAGMA incremental_vacuum;");
        AssertReconciles(database, () => database.App.Execute("VACUUM"));
    }

    [Fact]
    public void Nothing_is_written_when_nothing_differs()
    {
        using var database = new TestDatabase();
        database.App.Insert(50, 1000);
        var (pages, _) = Look(database);
        database.App.Checkpoint(Application.Truncate);
        Assert.Equal((0u, 0L), Reconcile(database, pages, new MemoryStream()));
    }

    [Fact]
    public void Only_what_differs_is_written()
    {
        using var database = new TestDatabase();
        database.App.Insert(5000, 1000);
        var (pages, _) = Look(database);
        database.App.Execute("UPDATE item SET data = zeroblob(1000) WHERE id = 2500");
        database.App.Checkpoint(Application.Truncate);
        var (changed, _) = Reconcile(database, pages, new MemoryStream());
        Assert.InRange(changed, 1u, 4u);
    }

    [Fact]
    public void A_pure_shrink_is_a_commit_of_page_1()
    {
        using var database = new TestDatabase();
        database.App.Insert(50, 1000);
        var (pages, _) = Look(database);
        var last = pages.Count;
        for (var more = 0; more < 3; more++) pages.Add(1);
        using var wal = new MemoryStream();
        Assert.Equal(1u, Reconcile(database, pages, wal).Changed);
        var frame = Litestream.Engine.Sqlite.WalFrameHeader.Read(wal.ToArray().AsSpan(32));
        Assert.Equal((1u, last), (frame.PageNumber, frame.CommitSize));
    }

    /// <summary>However large: it was a new generation beyond 1 GiB of pages, though they packed into little.</summary>
    [Fact]
    public void Only_compressed_bytes_that_may_wait_for_a_replica_bound_it()
    {
        using var database = new TestDatabase();
        database.App.Insert(1);
        var (pages, _) = Look(database);
        database.App.Execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO item(data) SELECT randomblob(4000) FROM n");
        Assert.False(TryReconcile(database, pages, 8 << 20));
        Assert.True(TryReconcile(database, pages, 64 << 20));
        database.App.Execute("UPDATE item SET data = zeroblob(4000)");
        Assert.True(TryReconcile(database, pages, 8 << 20));
    }

    private static bool TryReconcile(TestDatabase database, PageMap known, long limit)
    {
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using var view = session.TryOpenView()!;
        using var stream = new WalStreamWriter(
            head => new SegmentWriter(LocalFileSystem.Instance, database["segment"], "segment", null, head), StreamHead.Start(database.PageSize, new Random(1)), 64 << 20);
        return new Reconciler(known, view, stream, limit).TryRun(default);
    }

    private static void AssertReconciles(TestDatabase database, Action change)
    {
        var (pages, former) = Look(database);
        change();
        using var wal = new MemoryStream();
        Assert.NotEqual(0u, Reconcile(database, pages, wal).Changed);
        File.WriteAllBytes(database["copy.db"], former);
        File.WriteAllBytes(database["copy.db-wal"], wal.ToArray());
        using var copy = Application.Open(database["copy.db"]);
        Assert.Equal("ok", copy.Text("PRAGMA integrity_check"));
        Assert.Equal(database.App.Image(), copy.Image());
    }

    private static (PageMap Pages, byte[] Image) Look(TestDatabase database)
    {
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using var view = session.TryOpenView()!;
        var pages = new PageMap();
        using var image = new MemoryStream();
        view.CopyTo(image, _ => { }, default);
        foreach (var page in image.ToArray().Chunk(database.PageSize)) pages.Add(PageDigest.Of(page));
        return (pages, image.ToArray());
    }

    private static (uint Changed, long Length) Reconcile(TestDatabase database, PageMap known, MemoryStream wal)
    {
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using var view = session.TryOpenView()!;
        using var stream = new WalStreamWriter(
            head => new SegmentWriter(LocalFileSystem.Instance, database["segment"], "segment", null, head),
            StreamHead.Start(database.PageSize, new Random(1)), 64 << 20);
        var reconciler = new Reconciler(known, view, stream, long.MaxValue);
        Assert.True(reconciler.TryRun(default));
        if (stream.IsEmpty) return (reconciler.Changed, 0);
        stream.Segments[0].Complete();
        using var content = new DecodedObjectStream(File.OpenRead(database["segment"]), "segment");
        content.CopyTo(wal);
        // the map that follows from the transaction is the one of the present database
        known.Apply(stream.Changes);
        var (now, _) = Look(database);
        Assert.Equal(now.Count, known.Count);
        for (var page = 1u; page <= now.Count; page++) Assert.Equal(now[page], known[page]);
        return (reconciler.Changed, wal.Length);
    }
}
