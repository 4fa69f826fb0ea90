using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>The database is put back in place ('cp backup.db app.db': the same inode) while nothing runs; our leaving
/// keeps the -wal, so its life goes on and so does the generation.</summary>
public sealed class ReplacedContentTests
{
    [Fact]
    public async Task A_database_that_was_put_back_in_place_is_compared_page_by_page()
    {
        using var database = new TestDatabase();
        database.App.Insert(50, 3000);
        database.App.Checkpoint(Application.Truncate);
        await using (var first = RunningReplication.Start(database))
        {
            database.App.Insert();
            await first.SyncAsync();
            database.CloseApp(); // the application ends first: it is not the last connection, and the -wal stays
            await first.StopAsync();
        }

        // another version of the database, as large
        using var other = new TestDatabase();
        other.App.Insert(50, 3000);
        other.App.Insert();
        other.App.Checkpoint(Application.Truncate);
        var content = other.FileBytes();
        using (var file = File.OpenHandle(database.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.SetLength(file, content.Length);
            RandomAccess.Write(file, content, 0);
        }

        database.ReopenApp();
        await using var second = RunningReplication.Start(database);
        database.App.Insert();
        await second.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }
}
