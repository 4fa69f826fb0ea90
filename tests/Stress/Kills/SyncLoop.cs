using System.Threading.Channels;
using Litestream.Stress.Clients;
using Litestream.Stress.Replicators;

namespace Litestream.Stress.Kills;

/// <summary>Asks a replication for one sync after the other until it is killed, and remembers what each confirmed.</summary>
internal sealed class SyncLoop
{
    private readonly IReplicator _replicator;
    private readonly Confirmations _confirmations;
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private volatile bool _ends;

    /// <summary>Begins.</summary>
    /// <param name="replicator">Whom to ask; nobody else asks meanwhile.</param>
    /// <param name="confirmations">What the writers were told.</param>
    /// <param name="proven">What is known to be in the replica.</param>
    public SyncLoop(IReplicator replicator, Confirmations confirmations, Proven proven)
    {
        (_replicator, _confirmations, Proven) = (replicator, confirmations, proven);
        _running = Task.Run(RunAsync);
    }

    /// <summary>What is known to be in the replica.</summary>
    public Proven Proven { get; private set; }

    /// <summary>Returns after the first sync.</summary>
    public Task FirstAsync() => Task.WhenAny(_first.Task, _running).Unwrap();

    /// <summary>Ends it after the sync that is under way.</summary>
    public async Task<Proven> EndAsync()
    {
        _ends = true;
        await _running;
        return Proven;
    }

    /// <summary>Ends it by an end of the replication.</summary>
    /// <param name="kill">Ends the replication.</param>
    public async Task<Proven> EndAsync(Func<Task> kill)
    {
        _ends = true;
        await kill();
        try
        {
            await _running;
        }
        catch (Exception e) when (e is IOException or ChannelClosedException or RunFailedException or OperationCanceledException or NullReferenceException or ObjectDisposedException)
        {
            // a sync that was under way when its replication was killed has confirmed nothing
        }

        return Proven;
    }

    private async Task RunAsync()
    {
        while (!_ends)
        {
            var (confirmed, count) = (_confirmations.Now(), _confirmations.Count);
            await _replicator.SyncAsync();
            Proven = new(confirmed, count, DateTimeOffset.UtcNow);
            _first.TrySetResult();
        }
    }
}
