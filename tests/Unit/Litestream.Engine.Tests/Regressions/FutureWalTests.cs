using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>When the clock is set back, the last write seems to be one that is still to come. The watchdog took it for one that nobody looks at, as
/// it is looked rarely where changes would be told.</summary>
public sealed class FutureWalTests
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_of_the_future_is_no_stall(bool isLetGo)
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        using var database = new TestDatabase();
        var time = new QuickTime();
        await using var replication = RunningReplication.Start(database, o => o with
        {
            IdleAfter = isLetGo ? TimeSpan.Zero : null,
            CheckpointQuietInterval = TimeSpan.FromMilliseconds(50),
            PollInterval = TimeSpan.FromSeconds(100),
            SyncInterval = TimeSpan.FromSeconds(40), // ten seconds as they really pass until it would be a stall: no busy machine takes them up
        }, new() { Time = time });
        database.App.Insert();
        await replication.SyncAsync();
        if (isLetGo) await replication.UntilAsync(() => replication.Status.State == ReplicationState.Idle, "it is let go");
        File.SetLastWriteTimeUtc(database.WalPath, time.GetUtcNow().UtcDateTime.AddDays(1));

        var until = time.GetUtcNow().AddSeconds(150);
        await replication.UntilAsync(() => time.GetUtcNow() > until, "time passes");
        Assert.Equal(0, replication.Count(ReplicationEventKind.Stalled));
    }
}
