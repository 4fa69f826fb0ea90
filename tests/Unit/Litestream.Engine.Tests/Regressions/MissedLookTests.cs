using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Replication;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A poll that sees a new commit takes note of it before it is captured. When somebody is in the way of the
/// capture, the next poll sees nothing new, counts as a look with success, and the commit waits until the next one; the watchdog
/// is content.</summary>
public sealed class MissedLookTests
{
    [Fact]
    public async Task A_commit_whose_capture_was_in_somebodys_way_is_captured_by_the_next_poll()
    {
        using var database = new TestDatabase();
        var parts = new BusyParts();
        await using var replication = RunningReplication.Start(
            database, o => o with { CheckpointQuietInterval = TimeSpan.FromMilliseconds(200) },
            new() { Files = new Unwatched(), Capture = parts });
        await replication.SyncAsync();
        database.App.Insert();
        await replication.SyncAsync();
        await Task.Delay(1500); // the reader rests

        parts.Busy = 20; // once: so many tries are made
        database.App.Insert();
        for (var wait = 0; wait < 500 && (parts.Busy > 0 || replication.Status.Replicas[0].LagBytes > 0); wait++) await Task.Delay(10);
        Assert.Equal(0, parts.Busy);
        await Task.Delay(3000); // fifteen polls
        Assert.True(
            Enumerable.SequenceEqual(database.App.Image(), await RunningReplication.RestoreAsync(database)),
            $"not captured after 3 s of polls every 0.2 s; {replication.Count(ReplicationEventKind.Stalled)} stalls told");
    }

    private sealed class BusyParts : CaptureParts
    {
        private int _busy;

        public int Busy
        {
            get => Math.Max(0, Volatile.Read(ref _busy));
            set => Volatile.Write(ref _busy, value);
        }

        public override WalCapture CreateCapture() => new BusyCapture(this);

        private sealed class BusyCapture(BusyParts parts) : WalCapture
        {
            public override uint? Capture(DatabaseConnection reader, IFrameSink sink, CancellationToken cancellationToken = default) =>
                parts.Busy > 0 && Interlocked.Decrement(ref parts._busy) >= 0 ? null : base.Capture(reader, sink, cancellationToken);
        }
    }

    private sealed class Unwatched : IFileSystem, IDisposable
    {
        private readonly LocalFileSystem _files = LocalFileSystem.Instance;

        public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) => _files.Open(path, mode, unixMode);

        public FileEntry? Find(string path) => _files.Find(path);

        public FileIdentity? Identify(string path) => _files.Identify(path);

        public UnixFileMode? GetUnixMode(string path) => _files.GetUnixMode(path);

        public IReadOnlyList<FileEntry> List(string directory) => _files.List(directory);

        public void CreateDirectory(string directory, UnixFileMode? unixMode = null) => _files.CreateDirectory(directory, unixMode);

        public void FlushDirectory(string directory) => _files.FlushDirectory(directory);

        public void Rename(string from, string to, bool overwrite) => _files.Rename(from, to, overwrite);

        public void Delete(string path) => _files.Delete(path);

        public void DeleteDirectory(string directory) => _files.DeleteDirectory(directory);

        public void SetModifiedTime(string path, DateTimeOffset time) => _files.SetModifiedTime(path, time);

        public IDisposable? TryLock(string path) => _files.TryLock(path);

        public IDisposable Watch(string path, Action changed) => this;

        public void Dispose()
        {
        }
    }
}
