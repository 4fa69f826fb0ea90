using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Somebody removes our folder while it is in use. Every write fails from then on, nothing ever makes the
/// folder again, and the WAL is held meanwhile.</summary>
public sealed class LostSpoolTests
{
    [Theory]
    [InlineData("")]
    [InlineData("generations")]
    public async Task A_spool_that_was_deleted_is_made_again(string deleted)
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) });
        await replication.SyncAsync();
        Directory.Delete(Path.Combine(database[".app.db-litestream-ps"], deleted), recursive: true);
        database.App.Insert();
        var sync = replication.SyncAsync();
        Assert.True(await Task.WhenAny(sync, Task.Delay(TimeSpan.FromSeconds(10))) == sync, "hangs");
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }
}
