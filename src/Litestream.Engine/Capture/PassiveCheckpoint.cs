using Litestream.Engine.Errors;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Backfills what readers allow, and waits for nobody but a checkpoint of somebody else that goes on.</summary>
/// <remarks>A failure (the database's device is full) is no reason to stop capturing: it counts as busy, and <see cref="Error"/> tells it. So does
/// another copy of SQLite in this process: locks would not keep its checkpoint and ours apart, and together they can write old pages over new ones.</remarks>
/// <param name="connection">Does it.</param>
/// <param name="guard">The files.</param>
/// <param name="ensureUnmoved">Is asked before each try.</param>
/// <param name="life">A point of the WAL's life.</param>
/// <param name="environment">The time, and how to wait for it.</param>
internal sealed class PassiveCheckpoint(DatabaseConnection connection, SourceGuard guard, Action ensureUnmoved, Func<CapturePoint> life, EngineEnvironment environment)
{
    /// <summary>How often it is tried without a pause: about a millisecond in all, where an answer takes no time. An application beyond its autocheckpoint limit holds the checkpoint lock for a moment at each commit.</summary>
    private const int MaxTries = 700;

    private const int Spin = 100;

    /// <summary>How often it is tried after that: a checkpoint that has something to do waits for the device.</summary>
    private const int MaxPauses = 6;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    /// <summary>No longer than that in any case: where the clock ticks 64 times a second a pause is not one of a millisecond.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(10);

    /// <summary>Why the last one failed; null if it did not.</summary>
    public LitestreamException? Error { get; private set; }

    /// <summary>Backfills. Only a checkpoint of somebody else is waited for, for at most 10 ms.</summary>
    /// <param name="patience">How many times as long as usual to wait for that one.</param>
    /// <exception cref="ContinuityLostException">The files are not what they were.</exception>
    public CheckpointAnswer Run(int patience) => connection.Within(() => RunWithin(patience)); // at one go: a try takes microseconds, and a change of threads on a busy machine milliseconds

    private CheckpointAnswer RunWithin(int patience)
    {
        var began = environment.Time.GetTimestamp();
        var isAlone = false;
        // what was asked before a pause is asked again: others go on meanwhile
        for (var (tries, isNew) = (1, true); ; tries++)
        {
            ensureUnmoved();
            if (isNew && !guard.IsAsSeen(connection, life()))
            {
                // somebody's checkpoint may be writing to the file: it ends when the device has answered
                if (IsEnough()) return new(IsBusy: true, -1, -1);
                tries = Math.Max(tries, MaxTries);
                environment.Pause(s_pause);
                continue;
            }

            if (isNew) isAlone = guard.IsAlone;
            var answer = isAlone ? RunOnce() : LookOnly();
            guard.EnsureLocks();
            var hasEnded = !answer.IsBusy || Error is not null;
            // a checkpoint of somebody else that goes on changes the file further; one of ours that failed has changed it
            if (hasEnded) guard.NoteSeen(connection, life());
            if (hasEnded || IsEnough()) return answer;

            isNew = tries >= MaxTries;
            if (isNew) environment.Pause(s_pause);
            else Thread.SpinWait(Spin);

            bool IsEnough() => tries >= MaxTries + (MaxPauses * patience) || environment.Time.GetElapsedTime(began) > s_longest * patience;
        }
    }

    private CheckpointAnswer RunOnce()
    {
        try
        {
            Error = null;
            return connection.Checkpoint(CheckpointMode.Passive);
        }
        catch (LitestreamException e)
        {
            Error = e;
            return new(IsBusy: true, -1, -1);
        }
    }

    private CheckpointAnswer LookOnly()
    {
        Error = new(ErrorCode.DatabaseShared, $"Another copy of SQLite in this process has '{guard.Path}' open.", guard.Path,
            "Use the database from other processes than the one that replicates it.");
        return connection.Checkpoint(CheckpointMode.Ask);
    }
}
