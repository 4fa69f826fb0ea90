using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Continuity was lost while a generation's first snapshot was being copied: until another generation had begun, that one counted as
/// complete, and with nothing to ship a sync of it could be taken for confirmed.</summary>
public sealed class CutShortSnapshotTests
{
    [Fact]
    public void A_generation_whose_first_snapshot_was_cut_short_still_lacks_it()
    {
        using var database = new TestDatabase();
        database.App.Insert(100);
        var background = new GatedScheduler();
        var environment = new EngineEnvironment { Background = background };
        var options = new ReplicationOptions { DatabasePath = database.Path };
        using var folder = MetadataFolder.Open(database["metadata"], database.Path, environment);
        var spool = new SpoolFolder(folder, new(1), environment.Files);
        spool.Load();
        using var recorder = new DatabaseRecorder(options, environment, spool, new(database.Path, environment.Time));
        Assert.True(recorder.TryOpen(DatabaseInspector.Inspect(database.Path, environment), null, null, default));
        Assert.True(recorder.ExpectsSnapshot);

        _ = Task.Run(background.Open);
        recorder.CloseSession();

        Assert.True(recorder.ExpectsSnapshot);
        Assert.NotNull(recorder.WhyHopeless);
        var former = recorder.Generation;
        Assert.True(recorder.TryOpen(DatabaseInspector.Inspect(database.Path, environment), null, null, default));
        Assert.NotEqual(former, recorder.Generation);
    }
}
