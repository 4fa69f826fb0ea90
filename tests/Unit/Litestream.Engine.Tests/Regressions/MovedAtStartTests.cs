using Litestream.Engine.Capture;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>When -wal and -shm were removed in the moment in which a replication began, or ended, it failed for good.</summary>
public sealed class MovedAtStartTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_that_move_while_a_replication_begins_or_ends_only_cost_another_look(bool atEnd)
    {
        for (var step = 1; step <= 16; step++)
        {
            using var database = new TestDatabase();
            database.App.Insert(5);
            var files = new HookedFileSystem();
            var seen = 0;
            void Arm() => files.Before = (operation, path) =>
            {
                // twice in a row, so that a second look meets it too
                if (operation == "identify" && path.StartsWith(database.Path, StringComparison.Ordinal) && Interlocked.Increment(ref seen) is var count && (count == step || count == step + 4))
                    throw new ContinuityLostException("a test says so");
            };
            if (!atEnd) Arm();
            await using var replication = RunningReplication.Start(database, environment: new() { Files = files });
            await replication.SyncAsync();
            database.App.Insert();
            if (atEnd) Arm();
            await replication.StopAsync();
            Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        }
    }
}
