using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A stop "syncs a last time", but while the database is locked it ends with success and nothing captured.</summary>
public sealed class StopWhileWaitingTests
{
    [Fact]
    public async Task A_stop_that_could_not_look_at_the_database_is_no_success()
    {
        using var database = new TestDatabase();
        await using (var first = RunningReplication.Start(database))
        {
            database.App.Insert();
            await first.SyncAsync();
            await first.StopAsync();
        }

        database.App.Execute("PRAGMA locking_mode=EXCLUSIVE");
        database.App.Insert();
        await using var second = RunningReplication.Start(database, o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await second.WaitForAsync(ReplicationEventKind.Waiting);
        var error = await Record.ExceptionAsync(second.StopAsync);
        var image = database.App.Image();
        Assert.True(error is not null || Enumerable.SequenceEqual(image, await RunningReplication.RestoreAsync(database)),
            $"a stop with state {second.Status.State} and no error left commits behind");
    }
}
