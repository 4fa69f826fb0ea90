using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: while the device of the metadata folder hung (fsfreeze) nothing failed, so that the reader was held, and the application's WAL grew without any bound.</summary>
public sealed class FrozenDeviceTests : HungDeviceTests
{
    [Theory]
    [InlineData("open", ".wal.lz4.tmp", 0)]
    [InlineData("flush", ".wal.lz4.tmp", 0)]
    [InlineData("flush", ".wal.lz4.tmp", 1)]
    [InlineData("rename", ".wal.lz4", 1)]
    [InlineData("flush", "/state", 0)]
    [InlineData("flush", "/state", 1)]
    public async Task The_WAL_is_let_go_and_the_generation_goes_on_when_the_device_answers(string operation, string suffix, int failures)
    {
        await using var replication = StartAt(operation, suffix);
        await replication.SyncAsync();
        var generation = replication.Generation;
        await HangUntilLetGoAsync(replication);
        AssertIsFree();
        var sync = replication.SyncAsync();
        Spool.GoOn(failures);
        await sync;
        Assert.Equal(generation, replication.Generation);
        Assert.Equal(1, replication.Count(ReplicationEventKind.ContinuityLost));
        Assert.NotEqual(0, replication.Count(ReplicationEventKind.Reconciled));
        await Restored.AssertIsAsync(Database, Database.App.Image());
        Database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    [Fact]
    public async Task Neither_does_a_snapshot_hold_it_that_is_just_being_copied()
    {
        HangAt("open", ".lz4.tmp");
        Spool.Hang();
        await using var replication = StartLimited();
        await Spool.Hangs;
        await HangUntilLetGoAsync(replication);
        AssertIsFree();
        Spool.GoOn();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    [Fact]
    public async Task What_was_let_go_is_found_by_a_stop()
    {
        await using var replication = StartAt("flush", ".wal.lz4.tmp");
        await replication.SyncAsync();
        await HangUntilLetGoAsync(replication);
        AssertIsFree();
        Database.App.Insert();
        var stop = replication.StopAsync();
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Stopping, "it stops");
        Spool.GoOn(failures: 1);
        await stop;
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    [Fact]
    public async Task A_stop_ends_in_its_time()
    {
        await using var replication = StartAt("flush", ".wal.lz4.tmp", o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await replication.SyncAsync();
        await HangUntilLetGoAsync(replication);
        var stop = replication.StopAsync();
        await Task.Delay(400); // nothing shows that its time is over; the cut alone is waited for by now
        Spool.GoOn();
        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<LitestreamException>(() => stop)).Code);
        await using var next = RunningReplication.Start(Database);
        await next.SyncAsync();
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    /// <summary>The last close ends the copy, and must not fail for it.</summary>
    [Fact]
    public async Task A_stop_outlasts_a_further_snapshot_that_hangs()
    {
        await using var replication = StartAt("open", ".snapshot.lz4.tmp", o => o with { SnapshotInterval = TimeSpan.FromSeconds(1) });
        await replication.SyncAsync();
        Spool.Hang();
        await replication.UntilAsync(() =>
        {
            Database.App.Insert();
            return Spool.Hangs.IsCompleted;
        }, "another snapshot is due");
        var stop = replication.StopAsync();
        await WriteUntilLetGoAsync(replication);
        AssertIsFree();
        Spool.GoOn();
        await stop;
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    /// <summary>Whoever captures would hang, too, and nobody would let the WAL go.</summary>
    [Theory]
    [InlineData(64L << 20)]
    [InlineData(1L << 20)]
    public async Task What_is_captured_meanwhile_does_not_touch_the_device(long indexSize)
    {
        await using var replication = StartAt("flush", ".wal.lz4.tmp", o => o with { SpoolLimit = 1 << 30, MaxIndexSize = indexSize });
        await replication.SyncAsync();
        Spool.Hang();
        Database.App.Insert();
        await Spool.Hangs;
        await Task.Delay(1500); // by then it is taken for hanging
        var isTouched = false;
        var hang = Spool.Files.Before;
        Spool.Files.Before = (operation, path) =>
        {
            isTouched |= operation == "open" && path.EndsWith(".wal.lz4.tmp", StringComparison.Ordinal);
            hang(operation, path);
        };
        for (var commit = 0; commit < 40; commit++)
        {
            Rewrite(1 << 20);
            await Task.Delay(30);
        }

        Assert.False(isTouched, "it is written to");
        Spool.GoOn();
        await replication.SyncAsync();
        Assert.Equal(0, replication.Count(ReplicationEventKind.ContinuityLost));
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    private RunningReplication StartAt(string operation, string suffix, Func<ReplicationOptions, ReplicationOptions>? change = null)
    {
        HangAt(operation, suffix);
        return StartLimited(change);
    }

    private Task HangUntilLetGoAsync(RunningReplication replication)
    {
        Spool.Hang();
        Database.App.Insert();
        return WriteUntilLetGoAsync(replication);
    }
}
