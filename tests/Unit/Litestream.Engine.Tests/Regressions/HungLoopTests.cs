using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: where the device of the metadata folder hung while the recording loop itself asked it for something, and not a cut beside it, the application's WAL grew without any bound, and a
/// stop ended when the device answered.</summary>
public sealed class HungLoopTests : HungDeviceTests
{
    /// <summary>What makes the loop ask the device for something.</summary>
    public enum Cause
    {
        /// <summary>The reader comes to rest behind a cut, and that is noted.</summary>
        Rest,

        /// <summary>More is captured at once than memory holds.</summary>
        LargeCapture,

        /// <summary>A generation begins.</summary>
        Generation,

        /// <summary>The first one begins: the replication has just been started.</summary>
        FirstGeneration,

        /// <summary>A further snapshot begins.</summary>
        Snapshot,

        /// <summary>The first snapshot is ready.</summary>
        FirstSnapshot,
    }

    public static TheoryData<Cause> Causes => [.. Enum.GetValues<Cause>()];

    [Theory]
    [MemberData(nameof(Causes))]
    public Task The_WAL_is_let_go_and_recording_goes_on_when_the_device_answers(Cause cause) => AssertGoesOnAsync(cause, failures: 0);

    [Theory]
    [MemberData(nameof(Causes))]
    public Task The_same_where_it_answers_by_an_error(Cause cause) => AssertGoesOnAsync(cause, failures: 1);

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task A_stop_does_not_wait_for_it(Cause cause)
    {
        await using var replication = await HangAsync(cause, o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await AssertStopsAsync(replication);
    }

    [Theory]
    [InlineData("flush", ".wal.lz4.tmp")]
    [InlineData("flush", "/state")]
    public async Task Nor_for_a_cut(string operation, string suffix)
    {
        HangAt(operation, suffix);
        await using var replication = Start(o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await replication.SyncAsync();
        Spool.Hang();
        Database.App.Insert();
        await Spool.Hangs.WaitAsync(Patience);
        await AssertStopsAsync(replication);
    }

    [Fact]
    public async Task Nor_for_a_snapshot_that_is_being_copied()
    {
        HangAt("open", ".snapshot.lz4.tmp");
        Spool.Hang();
        await using var replication = Start(o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await Spool.Hangs.WaitAsync(Patience);
        await AssertStopsAsync(replication);
    }

    [Theory]
    [InlineData("open", ".wal.lz4")]
    [InlineData("delete", ".wal.lz4")]
    public async Task Nor_for_what_is_shipped(string operation, string suffix)
    {
        HangAt(operation, suffix);
        await using var replication = Start(o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await replication.SyncAsync();
        Database.App.Insert();
        await replication.SyncAsync();
        Spool.Hang();
        Database.App.Insert();
        await Spool.Hangs.WaitAsync(Patience);
        await AssertStopsAsync(replication);
    }

    private async Task AssertGoesOnAsync(Cause cause, int failures)
    {
        await using var replication = await HangAsync(cause);
        await WriteUntilLetGoAsync(replication);
        AssertIsFree();
        var sync = replication.SyncAsync();
        Spool.GoOn(failures);
        await sync;
        await Restored.AssertIsAsync(Database, Database.App.Image());
        Database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    /// <summary>It ends, the database is free, nobody else may write to the folder before the device has answered, and then nothing is lost.</summary>
    private async Task AssertStopsAsync(RunningReplication replication)
    {
        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<LitestreamException>(replication.StopAsync)).Code);
        AssertIsFree();
        await using (var early = RunningReplication.Start(Database)) Assert.Equal(ErrorCode.ReplicationAlreadyRunning, (await early.FailureAsync()).Code);
        Spool.GoOn();
        await using var next = await StartAgainAsync();
        await next.SyncAsync();
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    /// <summary>Starts as soon as the former one has let the folder go.</summary>
    private async Task<RunningReplication> StartAgainAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var next = RunningReplication.Start(Database);
            while (next.Status.State == ReplicationState.Starting) await Task.Delay(10, patience.Token);
            if (next.Status is not { State: ReplicationState.Failed, LastError: LitestreamException { Code: ErrorCode.ReplicationAlreadyRunning } }) return next;
            await next.DisposeAsync();
        }
    }

    /// <summary>Gives a replication whose loop waits for the device.</summary>
    private async Task<RunningReplication> HangAsync(Cause cause, Func<ReplicationOptions, ReplicationOptions>? change = null)
    {
        var (operation, suffix) = cause switch
        {
            Cause.Rest => ("flush", "/state"),
            Cause.LargeCapture or Cause.Snapshot => ("open", ".wal.lz4.tmp"),
            Cause.Generation or Cause.FirstGeneration => ("flush folder", "/generations/"),
            _ => ("rename", ".snapshot.lz4"),
        };
        HangAt(operation, suffix);
        var isAtStart = cause is Cause.FirstGeneration or Cause.FirstSnapshot;
        if (isAtStart) Spool.Hang();
        var replication = StartLimited(o => (change ?? (same => same))(cause == Cause.Snapshot ? o with { SnapshotInterval = TimeSpan.FromTicks(1) } : o));
        if (!isAtStart)
        {
            await replication.SyncAsync();
            await replication.BackfilledAsync(Database);
            Spool.Hang(after: cause == Cause.Rest ? 1 : 0);
            if (cause == Cause.LargeCapture) Database.App.Insert(4000, 10_000);
            else if (cause == Cause.Generation) Directory.Delete(Database["replica"], recursive: true);
            Database.App.Insert();
            if (cause == Cause.Generation) _ = replication.SyncAsync(); // the replica is looked at
        }

        await Spool.Hangs.WaitAsync(Patience);
        return replication;
    }
}
