using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A stop added to a generation whose state was in doubt. Died the process between the segment's name and the
/// state's, the state on the disk counted another segment than the one that lay there: both were shipped, syncs confirmed, and the
/// generation could not be restored. (Seen with the state in one file; the journal settles first.)</summary>
public sealed class DoubtfulStateTests
{
    [Fact]
    public async Task A_stop_adds_nothing_to_a_generation_whose_state_is_in_doubt()
    {
        using var database = new TestDatabase();
        var files = new HookedFileSystem();
        await using (var first = RunningReplication.Start(database, environment: new() { Files = files }))
        {
            database.App.Insert();
            await first.SyncAsync();
            files.Before = (operation, path) =>
            {
                if (operation == "flush" && path.EndsWith("-litestream-ps/state", StringComparison.Ordinal))
                    throw new IOException("Input/output error", 5);
            };
            database.App.Insert();
            await first.WaitForAsync(ReplicationEventKind.RetryScheduled);
            database.App.Insert(); // makes the segment of the stop a longer one
            files.Before = (operation, path) =>
            {
                if (operation is "open" or "flush" && path.Contains("-litestream-ps/state", StringComparison.Ordinal))
                    throw new IOException("No space left on device", 28);
            };
            await Assert.ThrowsAnyAsync<Exception>(first.StopAsync);
        }

        await using var second = RunningReplication.Start(database);
        database.App.Insert();
        await second.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }
}
