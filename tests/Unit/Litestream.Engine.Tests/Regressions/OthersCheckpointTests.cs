using Litestream.Engine.Capture;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Found by a writer without pause: where its own checkpoint was writing to the file just when ours was to begin, ours gave up at once, with the writers kept out for nothing, and the WAL grew to three times
/// its size before the next try.</summary>
public sealed class OthersCheckpointTests
{
    [Fact]
    public void A_checkpoint_waits_for_the_end_of_one_that_writes_to_the_file()
    {
        using var database = new TestDatabase();
        database.App.Insert(5, 10);
        var pauses = 0;
        var environment = new EngineEnvironment
        {
            Time = new FakeTimeProvider(),
            Pause = _ =>
            {
                if (++pauses == 3) database.App.Checkpoint(Application.Passive); // so that it counts what is written by now
            },
        };
        using var session = CaptureSession.TryOpen(database.Info, environment)!;
        FrameImage sink;
        using (var view = session.TryOpenView()!)
        {
            session.StartAt(view.Point);
            sink = new(database.App.Image());
        }

        session.NoteSeen();
        database.App.Insert(3, 100);
        Assert.NotNull(session.TryCapture(sink));
        Assert.True(session.TryHandOver());
        Assert.NotNull(session.TryCapture(sink));
        File.SetLastWriteTimeUtc(database.Path, DateTime.UtcNow.AddSeconds(1)); // as if it was being written

        Assert.True(session.Checkpoint().IsComplete);
        Assert.Equal(3, pauses);
        Assert.Equal(database.App.Image(), sink.Bytes);
    }

    [Theory]
    [InlineData(0, 24)]
    [InlineData(1, 24)]
    [InlineData(16, 3)] // where the clock ticks 64 times a second: 40 ms at most, and what the last pause takes longer
    public void One_that_does_not_end_is_not_waited_for_without_end(int pauseTakes, int expected)
    {
        using var database = new TestDatabase();
        database.App.Insert(5, 10);
        var pauses = 0;
        var time = new FakeTimeProvider();
        var environment = new EngineEnvironment
        {
            Time = time,
            Pause = _ =>
            {
                pauses++;
                time.Advance(TimeSpan.FromMilliseconds(pauseTakes));
            },
        };
        using var session = CaptureSession.TryOpen(database.Info, environment)!;
        using (var view = session.TryOpenView()!) session.StartAt(view.Point);
        session.NoteSeen();
        database.App.Insert(3, 100);
        File.SetLastWriteTimeUtc(database.Path, DateTime.UtcNow.AddSeconds(1));

        Assert.True(session.Checkpoint(patience: 4).IsBusy);
        Assert.Equal(expected, pauses);
    }
}
