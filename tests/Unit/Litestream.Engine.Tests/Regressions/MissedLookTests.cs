using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Fakes;
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
            new() { Files = new HookedFileSystem { IsDeaf = true }, Capture = parts });
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
}
