using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>While changes come all the time nobody listens for them. A database that was let go right after such a storm, as others waited for its
/// place, was not listened to at all: what was committed then lay there until the next look, a minute later.</summary>
public sealed class UnheardWhileLetGoTests
{
    [SkippableFact]
    public async Task A_database_that_is_let_go_after_a_storm_of_writes_is_listened_to()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        using var database = new TestDatabase();
        var places = new ScarcePlaces { IsCrowded = false };
        await using var replication = RunningReplication.Start(database, o => o with { IdleAfter = TimeSpan.FromDays(1) }, new() { Places = places });
        await replication.SyncAsync();
        var storm = DateTime.UtcNow.AddSeconds(3);
        while (DateTime.UtcNow < storm)
        {
            database.App.Insert();
            await Task.Delay(5, CancellationToken.None);
        }

        places.IsCrowded = true;
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Idle, "it is let go");
        places.IsCrowded = false;
        var before = replication.Status.Position;
        database.App.Insert();

        await replication.UntilAsync(() => replication.Status.Position > before, "the change is captured");
    }
}
