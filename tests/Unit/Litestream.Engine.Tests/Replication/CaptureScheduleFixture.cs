using Litestream.Engine.Capture;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Tests.Replication;

/// <summary>A schedule, and what is told to it.</summary>
public abstract class CaptureScheduleFixture
{
    private protected static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private protected static ReplicationOptions Options { get; } = new()
    {
        DatabasePath = "/app.db",
        SyncInterval = TimeSpan.FromMilliseconds(1000),
        QuietInterval = TimeSpan.FromMilliseconds(20),
        CaptureInterval = TimeSpan.FromMilliseconds(100),
        PollInterval = TimeSpan.FromMilliseconds(700),
        CheckpointQuietInterval = TimeSpan.FromMilliseconds(5000),
        CheckpointPageCount = 1000,
        ForcedCheckpointPageCount = 10_000,
    };

    private protected CaptureSchedule Schedule { get; } = new(Options, Start);

    /// <summary>By 5 frames a millisecond.</summary>
    private protected static CaptureSchedule FastGrowing()
    {
        var schedule = new CaptureSchedule(Options with { ForcedCheckpointPageCount = 1500 }, Start);
        schedule.Looked(At(100), isOpen: true, captured: 500, frames: 1000);
        return schedule;
    }

    private protected static bool GrowsFastWhere(CheckpointEffort effort)
    {
        var schedule = new CaptureSchedule(Options, Start);
        schedule.Checkpointed(Start, TimeSpan.FromMilliseconds(50), effort, CheckpointOutcome.Rests);
        schedule.Grown(At(100), 300);
        return schedule.GrowsFast;
    }

    /// <summary>Meets no gap, as often as it is tried at once.</summary>
    private protected void Hinder(int at)
    {
        for (var tries = 0; tries < 4; tries++) Checkpointed(at, CheckpointEffort.Yielding, CheckpointOutcome.Hindered);
    }

    private protected void Checkpointed(int at, CheckpointEffort effort, CheckpointOutcome outcome, int took = 0) =>
        Schedule.Checkpointed(At(at), TimeSpan.FromMilliseconds(took), effort, outcome);

    private protected static DateTimeOffset At(int milliseconds) => Start.AddMilliseconds(milliseconds);
}
