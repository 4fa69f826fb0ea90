using Litestream.Engine.Errors;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Control;

/// <summary>What came of asking a replication to sync.</summary>
/// <param name="Result">What every replica holds; null if it did not come to that.</param>
/// <param name="WhyNot">Why not, as the rest of a sentence; null if it did.</param>
public sealed record SyncAttempt(SyncResult? Result, string? WhyNot)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Asks one, and waits for half a minute at most.</summary>
    /// <param name="replication">The replication.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait; replication goes on.</param>
    public static async Task<SyncAttempt> MakeAsync(IReplicationControl replication, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replication);
        using var limit = new CancellationTokenSource(s_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return new(await replication.SyncAsync(either.Token).ConfigureAwait(false), null);
        }
        catch (LitestreamException e)
        {
            return new(null, $"its replication did not sync: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, $"its replication did not sync within {s_limit.InSeconds()}");
        }
    }
}
