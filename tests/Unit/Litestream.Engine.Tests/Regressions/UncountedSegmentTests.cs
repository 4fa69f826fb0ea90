using Litestream.Engine.Capture;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a cut of several indexes failed behind the names of its segments, and the next one divided the same frames otherwise. What had a name and
/// was never counted was shipped when another generation had begun and a start found it: Litestream restored that generation without its last row.</summary>
public sealed class UncountedSegmentTests
{
    [Fact]
    public async Task A_segment_that_was_never_counted_is_not_shipped()
    {
        using var database = new TestDatabase();
        database.App.Insert(10);
        var files = new HookedFileSystem();
        var environment = new EngineEnvironment { Files = files };
        var options = new ReplicationOptions { DatabasePath = database.Path, MaxIndexSize = 20_000 };
        GenerationId former;
        byte[] image;
        using (var folder = MetadataFolder.Open(MetadataFolder.DefaultPath(database.Path), database.Path, environment))
        {
            var spool = new SpoolFolder(folder, new(1), environment.Files);
            spool.Load();
            using var recorder = new DatabaseRecorder(options, environment, spool, new(database.Path, environment.Time));
            Assert.True(recorder.TryOpen(DatabaseInspector.Inspect(database.Path, environment), null, null, default));
            await recorder.Snapshot.FinishFirstAsync(default);
            for (var commit = 0; commit < 14; commit++)
            {
                database.App.Insert(1, 10);
                recorder.TryCapture(default);
            }

            files.Before = (operation, path) =>
            {
                if (operation == "write" && path.EndsWith("/state", StringComparison.Ordinal)) throw new IOException("No space left on device", 28);
            };
            Assert.Throws<IOException>(() => recorder.Segments.Cut());
            files.Before = (_, _) => { };
            recorder.Segments.Rewind();
            recorder.TryCapture(default);
            recorder.Segments.Cut();
            database.App.Insert(1, 10);
            recorder.TryCapture(default);
            recorder.Segments.Cut();
            (former, image) = (recorder.Generation!.Value, database.App.Image());
            Assert.True(recorder.TryStartGeneration("it was asked for"));
            await recorder.Snapshot.FinishFirstAsync(default);
        }

        await using var replication = RunningReplication.Start(database);
        await replication.SyncAsync();
        await replication.StopAsync();
        await Restored.AssertFormerIsAsync(database, former, image);
    }
}
