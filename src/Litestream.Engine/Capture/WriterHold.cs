using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Keeps writers out for a moment, by the write lock.</summary>
/// <param name="open">Opens a connection to the database.</param>
/// <param name="time">Measures.</param>
internal sealed class WriterHold(Func<DatabaseConnection> open, TimeProvider time)
{
    /// <summary>How often a gap between two commits is looked for: about 20 ms in all. Nothing is locked meanwhile.</summary>
    private const int MaxTries = 5000;

    /// <summary>Between two looks for a gap, which lasts for some microseconds: shorter than that.</summary>
    private const int Spin = 20;

    /// <summary>After so many tries others get the core.</summary>
    private const int TriesATurn = 500;

    /// <summary>Takes the write lock for a moment, if there is a gap between two commits in the next milliseconds. No busy
    /// handler: one that sleeps never meets the gaps of a busy writer. Null when there was none.</summary>
    /// <param name="patience">How much longer than usual to look for one: large transactions leave few.</param>
    /// <param name="cancellationToken">Ends the search, as if there was none.</param>
    /// <returns>Lets them in when disposed, or after half a second: whoever holds them may not count on it. Nothing does for its correctness.</returns>
    public HeldWriters? TryTake(int patience, CancellationToken cancellationToken = default)
    {
        var connection = open();
        var isHeld = false;
        try
        {
            isHeld = connection.Within(() => TryBeginWrite(connection, MaxTries * patience, cancellationToken));
            return isHeld ? new HeldWriters(connection, time) : null;
        }
        finally
        {
            if (!isHeld) connection.Dispose();
        }
    }

    /// <summary>Takes the write lock after a time, as <see cref="TryTake"/> does, beside the caller.</summary>
    /// <param name="delay">The time.</param>
    /// <param name="patience">How much longer than usual to look for a gap.</param>
    public DelayedHold TakeAfter(TimeSpan delay, int patience) => new(end => TryTake(patience, end), delay, time);

    private static bool TryBeginWrite(DatabaseConnection connection, int maxTries, CancellationToken cancellationToken)
    {
        for (var tries = 1; tries <= maxTries && !cancellationToken.IsCancellationRequested; tries++)
        {
            if (connection.TryBeginWrite()) return true;
            // a writer that was put off its core in the middle of a commit makes no gap before it is back on one
            if (tries % TriesATurn == 0) Thread.Sleep(0);
            else Thread.SpinWait(Spin);
        }

        return false;
    }
}
