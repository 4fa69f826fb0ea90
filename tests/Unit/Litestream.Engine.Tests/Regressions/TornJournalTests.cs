using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>The last record of the state journal is gone after a power loss (a disk that did not keep what it said it had
/// flushed, or a bad sector) although its segment was shipped. Reconciling makes another segment of the same name; the one on the
/// replica is taken for it, and the sync is confirmed.</summary>
public sealed class TornJournalTests
{
    [Fact]
    public async Task A_state_that_went_back_by_one_segment_loses_no_commit()
    {
        using var database = new TestDatabase();
        database.App.LeaveWalOnClose();
        await using (var first = RunningReplication.Start(database))
        {
            await first.SyncAsync();
            database.App.Insert();
            await first.SyncAsync();
            database.App.Insert();
            await first.SyncAsync();
            await first.StopAsync();
        }

        var journal = Path.Combine(database[".app.db-litestream-ps"], "state");
        using (var file = File.OpenHandle(journal, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.SetLength(file, RandomAccess.GetLength(file) - 8);

        database.App.Execute("INSERT INTO item(data) VALUES('must not be lost')");
        await using var second = RunningReplication.Start(database, environment: new() { BootId = "another run of the system" });
        await second.SyncAsync();
        var restored = database["restored.db"];
        await File.WriteAllBytesAsync(restored, await RunningReplication.RestoreAsync(database));
        using var app = Application.Open(restored);
        Assert.True(app.Text("SELECT data FROM item ORDER BY id DESC") == "must not be lost",
            $"confirmed and lost; {second.Count(ReplicationEventKind.Reconciled)} reconciled, {second.Count(ReplicationEventKind.GenerationStarted)} generations");
    }
}
