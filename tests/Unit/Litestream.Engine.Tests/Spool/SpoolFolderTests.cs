using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Sqlite;
using Xunit;
using static Litestream.Engine.Tests.Spool.Objects;

namespace Litestream.Engine.Tests.Spool;

/// <summary>What a start finds after the process was killed at each step.</summary>
public sealed class SpoolFolderTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;
    private readonly CaptureSession _session;
    private MetadataFolder _folder;

    public SpoolFolderTests()
    {
        _session = CaptureSession.TryOpen(_database.Info, new())!;
        using var view = _session.TryOpenView()!;
        _session.StartAt(view.Point);
        _folder = OpenFolder();
    }

    private string StatePath => _database["meta/state"];

    [Fact]
    public void Load_finds_nothing_in_a_new_folder()
    {
        var (spool, queue) = Load();
        Assert.Null(spool.State);
        Assert.Empty(queue.Generations);
    }

    [Fact]
    public void Load_finds_what_was_committed()
    {
        var (spool, _) = Load();
        var state = Fill(spool, segments: 2);
        var (loaded, queue) = Reload();
        Assert.Equal(state, loaded.State);
        var snapshot = queue.Next(0)!;
        Assert.True(snapshot.IsSnapshot);
        queue.Confirm(0, snapshot);
        var first = queue.Next(0)!;
        queue.Confirm(0, first);
        var second = queue.Next(0)!;
        Assert.Equal((first.End, state.Head.Position), (second.Start, second.End));
        Assert.Equal(Time, second.Time);
        queue.Confirm(0, second);
        Assert.Null(queue.Next(0));
    }

    [Fact]
    public void Load_deletes_what_was_never_completed()
    {
        var (spool, _) = Load();
        Fill(spool, segments: 1);
        var segment = Path.Combine(_folder.PathOf(ObjectKey.Wal(A)), "00000000_00001234.wal.lz4.tmp");
        var snapshot = _folder.PathOf(ObjectKey.Snapshot(A, 5)) + ".tmp";
        File.WriteAllText(segment, "half");
        File.WriteAllText(snapshot, "half");
        var (_, queue) = Reload();
        Assert.False(File.Exists(segment));
        Assert.False(File.Exists(snapshot));
        Assert.Equal(2, Ship(queue).Count);
    }

    [Fact]
    public void Load_deletes_a_segment_that_the_state_does_not_count()
    {
        var (spool, _) = Load();
        var state = Fill(spool, segments: 1);
        var beyond = _folder.PathOf(ObjectKey.Segment(A, state.Head.Position));
        File.WriteAllText(beyond, "killed before the state was written");
        var (loaded, queue) = Reload();
        Assert.False(File.Exists(beyond));
        Assert.Equal(state, loaded.State);
        Assert.Equal(state.Head.Position, Ship(queue)[^1].End);
    }

    [Fact]
    public void Load_goes_on_when_what_was_shipped_is_gone()
    {
        var (spool, _) = Load();
        var state = Fill(spool, segments: 2);
        foreach (var content in Ship(Reload().Queue)) File.Delete(_folder.PathOf(content.Key));
        var (loaded, queue) = Reload();
        Assert.Equal(state, loaded.State);
        Assert.True(queue.IsEmptyFor(0));
    }

    [Fact]
    public void Confirm_deletes_the_files_that_nobody_needs_but_for_the_anchor()
    {
        var (spool, queue) = Load();
        Fill(spool, segments: 3);
        while (queue.Next(0) is { } content) spool.Confirm(0, content);
        Assert.Empty(Directory.GetFiles(_folder.PathOf(ObjectKey.Snapshots(A))));
        Assert.Single(Directory.GetFiles(_folder.PathOf(ObjectKey.Wal(A))));
    }

    [Fact]
    public void Drop_leaves_nothing_of_a_generation()
    {
        var (spool, queue) = Load();
        Fill(spool, segments: 2);
        spool.Drop(A);
        Assert.Null(spool.State);
        Assert.False(File.Exists(StatePath));
        Assert.False(Directory.Exists(_folder.PathOf(ObjectKey.Generation(A))));
        Assert.True(queue.IsEmptyFor(0));
    }

    [Fact]
    public void Load_keeps_a_former_generation()
    {
        var (spool, _) = Load();
        Fill(spool, segments: 2);
        spool.Begin(State(B, StreamHead.Start(4096, new Random(2))));
        var (loaded, queue) = Reload();
        Assert.Equal(B.ToString(), loaded.State!.Generation);
        Assert.Equal([A, A, A], Ship(queue).Select(o => o.Generation));
    }

    [Fact]
    public void The_length_of_a_former_generations_segment_is_no_astronomic_number()
    {
        var (spool, _) = Load();
        Fill(spool, segments: 2);
        spool.Begin(State(B, StreamHead.Start(4096, new Random(2))));
        var (_, queue) = Reload();
        Assert.InRange(queue.BacklogOf(0).Bytes, 0, 1 << 30);
    }

    [Fact]
    public void Open_refuses_a_folder_in_use()
    {
        var error = Assert.Throws<LitestreamException>(OpenFolder);
        Assert.Equal(ErrorCode.ReplicationAlreadyRunning, error.Code);
        Assert.Equal($"'{_database.Path}' is being replicated already.", error.Message);
    }

    [Fact]
    public void Open_refuses_the_folder_of_another_database()
    {
        using var other = new TestDatabase();
        var error = Assert.Throws<LitestreamException>(() => MetadataFolder.Open(_database["meta"], other.Path, new()));
        Assert.Equal(ErrorCode.ReplicationAlreadyRunning, error.Code);
        Assert.Equal($"'{other.Path}' can't be replicated: another replication uses its metadata folder '{_database["meta"]}'.", error.Message);
    }

    [Fact]
    public void The_folder_has_the_permissions_of_the_database()
    {
        if (OperatingSystem.IsWindows()) return;
        _folder.Dispose();
        File.SetUnixFileMode(_database.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _folder = MetadataFolder.Open(_database["private"], _database.Path, new());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_database["private"]));
        var spool = new SpoolFolder(_folder, new SpoolQueue(1), _files);
        Fill(spool, segments: 1);
        foreach (var file in Directory.GetFiles(_database["private"], "*.lz4", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _session.Dispose();
        _database.Dispose();
    }

    private SpoolState Fill(SpoolFolder spool, int segments)
    {
        var state = State(A, StreamHead.Start(4096, new Random(1)));
        spool.Begin(state);
        using (var file = spool.CreateSnapshot(A, 0)) file.Write("snapshot"u8, 0);
        spool.CommitSnapshot(Snapshot(A) with { Size = 8 });
        for (var i = 0; i < segments; i++)
        {
            using var stream = new WalStreamWriter(head => spool.CreateSegment(A, head), state.Head, 1 << 20);
            _database.App.Insert();
            Assert.True(_session.TryCapture(stream) > 0);
            spool.Commit(stream, state = State(A, stream.Head));
        }

        return state;
    }

    private SpoolState State(GenerationId generation, StreamHead head) =>
        new(generation.ToString(), head, _session.Point, _session.Files.Database, "boot", Time);

    private MetadataFolder OpenFolder() => MetadataFolder.Open(_database["meta"], _database.Path, new());

    private (SpoolFolder Spool, SpoolQueue Queue) Load()
    {
        var queue = new SpoolQueue(1);
        var spool = new SpoolFolder(_folder, queue, _files);
        spool.Load();
        return (spool, queue);
    }

    private (SpoolFolder Spool, SpoolQueue Queue) Reload()
    {
        _folder.Dispose();
        _folder = OpenFolder();
        return Load();
    }

    private static List<SpooledObject> Ship(SpoolQueue queue)
    {
        var shipped = new List<SpooledObject>();
        while (queue.Next(0) is { } content)
        {
            shipped.Add(content);
            queue.Confirm(0, content);
        }

        return shipped;
    }
}
