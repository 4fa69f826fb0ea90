using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: while the device of the metadata folder hung (fsfreeze) nothing failed, so that the reader was held, and the application's WAL grew without any bound.</summary>
public sealed class FrozenDeviceTests : IDisposable
{
    private const int Limit = 512 << 10;

    private readonly TestDatabase _database = new();
    private HangingSpool _spool = new("flush", ".wal.lz4.tmp");

    public void Dispose()
    {
        _spool.Dispose();
        _database.Dispose();
    }

    [Theory]
    [InlineData("open", ".wal.lz4.tmp", 0)]
    [InlineData("flush", ".wal.lz4.tmp", 0)]
    [InlineData("flush", ".wal.lz4.tmp", 1)]
    [InlineData("rename", ".wal.lz4", 1)]
    [InlineData("flush", "/state", 0)]
    [InlineData("flush", "/state", 1)]
    public async Task The_WAL_is_let_go_and_the_generation_goes_on_when_the_device_answers(string operation, string suffix, int failures)
    {
        await using var replication = await StartAsync(operation, suffix);
        await replication.SyncAsync();
        var generation = replication.Generation;
        await WriteUntilLetGoAsync(replication);
        AssertIsFree();
        var sync = replication.SyncAsync();
        _spool.GoOn(failures);
        await sync;
        Assert.Equal(generation, replication.Generation);
        Assert.Equal(1, replication.Count(ReplicationEventKind.ContinuityLost));
        Assert.NotEqual(0, replication.Count(ReplicationEventKind.Reconciled));
        await Restored.AssertIsAsync(_database, _database.App.Image());
        _database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [Fact]
    public async Task Neither_does_a_snapshot_hold_it_that_is_just_being_copied()
    {
        _database.App.Insert(10);
        _spool.Dispose();
        _spool = new("open", ".lz4.tmp");
        _spool.Hang();
        await using var replication = await StartAsync();
        await _spool.Hangs;
        await WriteUntilLetGoAsync(replication);
        AssertIsFree();
        _spool.GoOn();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [Fact]
    public async Task What_was_let_go_is_found_by_a_stop()
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp");
        await replication.SyncAsync();
        await WriteUntilLetGoAsync(replication);
        AssertIsFree();
        _database.App.Insert();
        var stop = replication.StopAsync();
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Stopping, "it stops");
        _spool.GoOn(failures: 1);
        await stop;
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [Fact]
    public async Task A_stop_ends_in_its_time()
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp", o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await replication.SyncAsync();
        await WriteUntilLetGoAsync(replication);
        var stop = replication.StopAsync();
        await Task.Delay(400); // nothing shows that its time is over; the cut alone is waited for by now
        _spool.GoOn();
        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<LitestreamException>(() => stop)).Code);
        await using var next = RunningReplication.Start(_database);
        await next.SyncAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    /// <summary>Whoever captures would hang, too, and nobody would let the WAL go.</summary>
    [Theory]
    [InlineData(64L << 20)]
    [InlineData(1L << 20)]
    public async Task What_is_captured_meanwhile_does_not_touch_the_device(long indexSize)
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp", o => o with { SpoolLimit = 1 << 30, MaxIndexSize = indexSize });
        await replication.SyncAsync();
        _spool.Hang();
        _database.App.Insert();
        await _spool.Hangs;
        await Task.Delay(1500); // by then it is taken for hanging
        var isTouched = false;
        var hang = _spool.Files.Before;
        _spool.Files.Before = (operation, path) =>
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
        _spool.GoOn();
        await replication.SyncAsync();
        Assert.Equal(0, replication.Count(ReplicationEventKind.ContinuityLost));
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    private void AssertIsFree()
    {
        for (var lives = 0; lives < 2; lives++)
        {
            Assert.Equal(0, _database.App.Checkpoint(Application.Truncate).Code);
            Rewrite(1000);
        }
    }

    /// <summary>Writes so much, and leaves as much as there was.</summary>
    private void Rewrite(int bytes)
    {
        _database.App.Execute("PRAGMA busy_timeout=5000; DELETE FROM item WHERE id > 10"); // we may keep it out for a moment
        _database.App.Insert(Math.Max(1, bytes / 10_000), 10_000);
    }

    private async Task<RunningReplication> StartAsync(string operation, string suffix, Func<ReplicationOptions, ReplicationOptions>? change = null)
    {
        _spool.Dispose();
        _spool = new(operation, suffix);
        _database.App.Insert(10);
        return await StartAsync(change);
    }

    private Task<RunningReplication> StartAsync(Func<ReplicationOptions, ReplicationOptions>? change = null) => Task.FromResult(RunningReplication.Start(
        _database, o => (change ?? (same => same))(o with { SpoolLimit = Limit, CheckpointPageCount = 50, ForcedCheckpointPageCount = 100 }), new() { Files = _spool.Files }));

    /// <summary>Writes, while the device hangs, until the application's WAL is let go.</summary>
    private async Task WriteUntilLetGoAsync(RunningReplication replication)
    {
        _spool.Hang();
        _database.App.Insert();
        await replication.UntilAsync(() =>
        {
            Rewrite(50_000);
            return replication.Count(ReplicationEventKind.ContinuityLost) > 0;
        }, "the WAL is let go");
    }
}
