using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Spool;

public sealed class SnapshotWriterTests
{
    [Fact]
    public async Task A_view_is_let_go_while_what_was_read_of_it_is_still_being_written()
    {
        using var database = new TestDatabase();
        database.App.Insert(11, 1_000_000);
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using var view = new SnapshotView(session.TryOpenView()!);
        var isWritten = new TaskCompletionSource();
        var isRead = new TaskCompletionSource();
        var pieces = 0;
        var copy = Task.Run(() => view.Read((_, _) =>
        {
            pieces++;
            isRead.TrySetResult();
            isWritten.Task.Wait();
        }, _ => { }, default));
        await isRead.Task;
        await Task.Run(view.Dispose).WaitAsync(TimeSpan.FromSeconds(10)).ContinueWith(letGo =>
        {
            isWritten.SetResult();
            return letGo;
        }, TaskScheduler.Default).Unwrap();
        await Assert.ThrowsAsync<OperationCanceledException>(() => copy);
        Assert.Equal(1, pieces);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void A_snapshot_of_several_blocks_and_its_map_are_those_of_the_database(int pageSize)
    {
        using var database = new TestDatabase(pageSize);
        database.App.Insert(11, 1_000_000);
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using var folder = MetadataFolder.Open(database["meta"], database.Path, new());
        var spool = new SpoolFolder(folder, new(1), LocalFileSystem.Instance);
        spool.Load();
        var generation = GenerationId.Create(new Random(1));
        spool.Begin(new(generation.ToString(), StreamHead.Start(pageSize, new Random(1)), session.Point, null, "", DateTimeOffset.UnixEpoch));

        var snapshot = SnapshotWriter.Write(new(session.TryOpenView()!), generation, 0, DateTimeOffset.UnixEpoch, spool, _ => { }, default);
        spool.CommitSnapshot(snapshot.Content);

        var image = database.App.Image();
        using var content = new MemoryStream();
        using (var stored = new DecodedObjectStream(spool.OpenRead(snapshot.Content), snapshot.Content.Key)) stored.CopyTo(content);
        Assert.True(image.AsSpan().SequenceEqual(content.ToArray()));
        Assert.Equal((uint)(image.Length / pageSize), snapshot.Pages.Count);
        for (var page = 1u; page <= snapshot.Pages.Count; page++)
            Assert.Equal(PageDigest.Of(image.AsSpan((int)(page - 1) * pageSize, pageSize)), snapshot.Pages[page]);
    }
}
