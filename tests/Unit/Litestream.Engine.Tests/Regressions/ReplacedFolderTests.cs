using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: where the folder of a database was replaced the watch stayed with the former one, and what was committed while the database was let go lay there until the next look, a minute
/// later.</summary>
public sealed class ReplacedFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_committed_in_its_new_folder_is_heard_of(bool isMoved)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "nobody tells of each change there");
        Make().Dispose();
        await using var replication = RunningReplication.Start(
            _folder["data/app.db"], [RunningReplication.Folder(_folder["replica"])],
            o => o with { IdleAfter = TimeSpan.FromMilliseconds(200), CheckpointQuietInterval = TimeSpan.FromMilliseconds(50), MetadataPath = _folder["metadata"] });
        await replication.SyncAsync();
        Replace(isMoved);
        using var app = Make();
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        // it is looked at once a minute from then on
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Idle, "it is let go");
        var before = replication.Status.Position;

        app.Insert();

        await replication.UntilAsync(() => replication.Status.Position > before, "the commit is captured");
    }

    private void Replace(bool isMoved)
    {
        if (isMoved) Directory.Move(_folder["data"], _folder["former"]);
        else Directory.Delete(_folder["data"], recursive: true);
    }

    private Application Make()
    {
        Directory.CreateDirectory(_folder["data"]);
        var app = Application.Open(_folder["data/app.db"], create: true);
        app.BePatient();
        app.Execute("PRAGMA journal_mode=wal; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        return app;
    }
}
