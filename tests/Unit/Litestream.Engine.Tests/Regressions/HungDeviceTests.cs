using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>What tests share of a database whose metadata folder is on a device that hangs when it is told to.</summary>
public abstract class HungDeviceTests : IDisposable
{
    /// <summary>More than this may not wait.</summary>
    private protected const int Limit = 512 << 10;

    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private protected TestDatabase Database { get; } = new();

    private protected HangingSpool Spool { get; private set; } = new("flush", ".wal.lz4.tmp");

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Spool.Dispose();
        Database.Dispose();
    }

    /// <summary>Makes it hang, when it is told to, at this operation.</summary>
    private protected void HangAt(string operation, string suffix)
    {
        Spool.Dispose();
        Spool = new(operation, suffix);
    }

    private protected RunningReplication Start(Func<ReplicationOptions, ReplicationOptions>? change = null)
    {
        Database.App.Insert(10);
        return RunningReplication.Start(
            Database, o => (change ?? (same => same))(o with { CheckpointPageCount = 50, ForcedCheckpointPageCount = 100 }), new() { Files = Spool.Files });
    }

    private protected RunningReplication StartLimited(Func<ReplicationOptions, ReplicationOptions>? change = null) =>
        Start(o => (change ?? (same => same))(o with { SpoolLimit = Limit }));

    /// <summary>Writes so much, and leaves as much as there was.</summary>
    private protected void Rewrite(int bytes)
    {
        Database.App.Execute("PRAGMA busy_timeout=5000; DELETE FROM item WHERE id > 10"); // we may keep it out for a moment
        Database.App.Insert(Math.Max(1, bytes / 10_000), 10_000);
    }

    private protected Task WriteUntilLetGoAsync(RunningReplication replication) => replication.UntilAsync(() =>
    {
        Rewrite(50_000);
        return replication.Count(ReplicationEventKind.ContinuityLost) > 0;
    }, "the WAL is let go");

    /// <summary>Nobody holds the WAL: that it begins anew, twice, is up to the application alone.</summary>
    private protected void AssertIsFree()
    {
        for (var lives = 0; lives < 2; lives++)
        {
            Assert.Equal(0, Database.App.Checkpoint(Application.Truncate).Code);
            Rewrite(1000);
        }
    }
}
