using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Another folder takes the place of the database's, as a deployment does it. The former one was listened to for ever, and the new one looked at
/// as rarely as if it were.</summary>
public sealed class DeafAfterMoveTests
{
    [SkippableFact]
    public async Task The_folder_that_takes_the_place_is_listened_to()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        using var outside = new TestDatabase();
        var folder = outside["live"];
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "app.db");
        using var former = Application.Open(path, create: true);
        former.Execute("PRAGMA journal_mode=wal; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        await using var replication = RunningReplication.Start(path, [RunningReplication.Folder(outside["replica"])],
            o => o with { MetadataPath = outside["metadata"], PollInterval = TimeSpan.FromMinutes(2) });
        await replication.SyncAsync();
        var generation = replication.Generation;

        Directory.CreateDirectory(outside["next"]);
        using var application = Application.Open(Path.Combine(outside["next"], "app.db"), create: true);
        application.Execute("PRAGMA journal_mode=wal; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        Directory.Move(folder, outside["former"]);
        Directory.Move(outside["next"], folder);
        await replication.SyncAsync();
        Assert.NotEqual(generation, replication.Generation);
        await replication.SyncAsync();
        var before = replication.Status.Position;
        application.Insert();

        await replication.UntilAsync(() => replication.Status.Position > before, "the change is captured");
    }
}
