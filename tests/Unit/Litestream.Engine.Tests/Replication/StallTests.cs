using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>Each way in which a replication can stand still: an error tells it.</summary>
public sealed class StallTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly QuickTime _time = new();
    private readonly SteppedFileSystem _files = new();
    private readonly ManualResetEventSlim _gate = new();

    public void Dispose()
    {
        _database.Dispose();
        _gate.Dispose();
    }

    [Theory]
    [InlineData("write", ".wal.lz4.tmp", "metadata folder")]
    [InlineData("flush", ".wal.lz4.tmp", "metadata folder")]
    [InlineData("write", ".snapshot.lz4.tmp", "snapshot")]
    public async Task A_spool_that_hangs(string operation, string suffix, string told)
    {
        HangAt(operation, suffix);
        await using var replication = Start();
        await GenerationAsync(replication);
        _database.App.Insert();
        await StallAsync(replication, told);
        _gate.Set();
    }

    [Fact]
    public async Task A_spool_that_fails_again_and_again()
    {
        await using var replication = Start();
        await GenerationAsync(replication);
        _files.Before = (operation, path) =>
        {
            if (operation == "flush" && path.EndsWith(".wal.lz4.tmp", StringComparison.Ordinal)) throw new IOException("no");
        };
        _database.App.Insert();
        await StallAsync(replication, "metadata folder");
    }

    [Fact]
    public async Task A_database_that_cannot_be_examined_is_told_as_what_it_is()
    {
        await using var replication = Start();
        await GenerationAsync(replication);
        _files.Before = (operation, path) =>
        {
            if (operation == "identify" && path == _database.WalPath) throw new IOException("no");
        };
        _database.App.Insert();
        await StallAsync(replication, "not captured");
        var retry = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal((ErrorCode.DatabaseError, _database.Path), Code(retry));
    }

    [Theory]
    [InlineData("put")]
    [InlineData("list")]
    public async Task A_store_that_never_answers_is_told_and_tried_again(string hanging)
    {
        var client = new FailingReplicaClient(RunningReplication.Folder(_database["replica"]));
        client.Fails = (operation, _) =>
        {
            if (operation == hanging) _gate.Wait();
            return false;
        };
        await using var replication = RunningReplication.Start(_database.Path, [client], Options, new() { Files = _files, Time = _time });
        await GenerationAsync(replication);
        _database.App.Insert();
        if (hanging == "put") Assert.Equal(client.Url, (await StallAsync(replication, "wait for the replica")).ReplicaUrl);
        await PassUntilAsync(() => replication.Count(ReplicationEventKind.RetryScheduled) > 0);
        Assert.Equal(ErrorCode.Timeout, Code(replication.Events.First(e => e.Kind == ReplicationEventKind.RetryScheduled)).Code);
        _gate.Set();
        await PassUntilAsync(() => replication.Status.Replicas[0] is { LagBytes: 0, LastSyncAt: not null } r && r.Position == replication.Status.Position);
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
    }

    private static (ErrorCode Code, string Target) Code(ReplicationEvent happened)
    {
        var error = Assert.IsType<LitestreamException>(happened.Error);
        return (error.Code, error.Target);
    }

    private static ReplicationOptions Options(ReplicationOptions options) => options with { SyncInterval = TimeSpan.FromSeconds(1), ReplicaTimeout = TimeSpan.FromSeconds(20) };

    private RunningReplication Start() => RunningReplication.Start(_database, Options, new() { Files = _files, Time = _time });

    private void HangAt(string operation, string suffix) => _files.Before = (done, path) =>
    {
        if (done == operation && path.Contains("-litestream-ps", StringComparison.Ordinal) && path.EndsWith(suffix, StringComparison.Ordinal)) _gate.Wait();
    };

    private Task GenerationAsync(RunningReplication replication) =>
        PassUntilAsync(() => replication.Count(ReplicationEventKind.GenerationStarted) == 1);

    /// <summary>Lets time pass until a stall is told. The WAL moves with the test's time.</summary>
    private async Task<ReplicationEvent> StallAsync(RunningReplication replication, string told)
    {
        File.SetLastWriteTimeUtc(_database.WalPath, _time.GetUtcNow().AddSeconds(1).UtcDateTime);
        await PassUntilAsync(() => Told().Any(), replication);
        return Told().First();

        IEnumerable<ReplicationEvent> Told() => replication.Events.Where(
            e => e is { Kind: ReplicationEventKind.Stalled, Severity: ReplicationSeverity.Error } && e.Message.Contains(told, StringComparison.Ordinal));
    }

    private async Task PassUntilAsync(Func<bool> condition, RunningReplication? replication = null)
    {
        for (var i = 0; i < 6000 && !condition(); i++) await Task.Delay(5);
        if (condition()) return;
        _gate.Set(); // or the end of the test hangs as well
        Assert.Fail($"Did not happen. Events: {replication?.Told()}");
    }
}
