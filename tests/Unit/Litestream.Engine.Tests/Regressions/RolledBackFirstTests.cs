using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>The first transaction since the wal-index was made is too large for the application's memory, and rolled back: what it has left in the WAL was read again at every look, with the write lock
/// held. Applications that wait for no lock could hardly write any more.</summary>
public sealed class RolledBackFirstTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Is_looked_at_once()
    {
        _database.CloseApp();
        using var probe = _database.Connect();
        Assert.True(probe.TryBeginRead());
        probe.EndTransaction();
        RollBack(megabytes: 1);
        var opened = 0;
        var search = new UnseenWalSearch(probe, Open, () => new EngineEnvironment().Files.Find(_database.WalPath));

        search.EnsureNone();
        // no second one: nothing is read while writers are kept out
        Assert.Equal(1, opened);
        search.EnsureNone();
        Assert.Equal(1, opened);

        RollBack(megabytes: 2);
        search.EnsureNone();
        Assert.Equal(2, opened);

        DatabaseConnection Open()
        {
            opened++;
            return _database.Connect();
        }
    }

    [Fact]
    public async Task Keeps_nobody_from_writing()
    {
        _database.CloseApp();
        await using var replication = RunningReplication.Start(_database, o => o with { IdleAfter = null });
        await replication.SyncAsync();
        RollBack(megabytes: 100);
        var refused = 0;
        for (var i = 0; i < 200; i++)
        {
            if (_database.App.TryExecute("BEGIN IMMEDIATE") == SQLitePCL.raw.SQLITE_OK) _database.App.Execute("ROLLBACK");
            else refused++;
            await Task.Delay(5);
        }

        Assert.InRange(refused, 0, 20);
    }

    private void RollBack(int megabytes)
    {
        _database.ReopenApp();
        _database.App.Execute("PRAGMA busy_timeout=0; PRAGMA cache_size=10; BEGIN");
        for (var i = 0; i < megabytes; i++) _database.App.Execute("INSERT INTO item(data) VALUES (zeroblob(1000000))");
        _database.App.Execute("ROLLBACK");
        Assert.NotEqual(0, new FileInfo(_database.WalPath).Length);
    }
}
