using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>Raises an error when the source moves and a position does not. Looks at the source by its path and at the clock, never
/// through the connections whose failure it is to notice.</summary>
/// <param name="options">The intervals.</param>
/// <param name="environment">Files and time.</param>
/// <param name="events">Is told.</param>
internal sealed class Watchdog(ReplicationOptions options, EngineEnvironment environment, EventLog events)
{
    private const int Intervals = 3;

    private readonly HashSet<string> _stalled = [];
    private DateTimeOffset _movedAt;
    private Position? _position;

    /// <summary>Looks once an interval until cancelled.</summary>
    /// <param name="source">When the database was last looked at with success, and how far it is captured.</param>
    /// <param name="replicas">How far each replica is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(
        Func<(DateTimeOffset LastLook, Position? Position)> source, Func<IEnumerable<ReplicaStatus>> replicas,
        CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.SyncInterval, environment.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            LookAtSource(source());
            foreach (var replica in replicas()) LookAtReplica(replica);
        }
    }

    private TimeSpan Limit => options.SyncInterval * Intervals;

    private void LookAtSource((DateTimeOffset LastLook, Position? Position) source)
    {
        var now = environment.Time.GetUtcNow();
        if (source.Position != _position) _movedAt = now;
        _position = source.Position;

        // A large transaction takes its time: as long as the position moves, nothing stands still.
        var alive = source.LastLook > _movedAt ? source.LastLook : _movedAt;
        Report(HasChangedSince(source.LastLook) && now - alive > Limit, options.DatabasePath, null, "The database changes and could not be captured");
    }

    private bool HasChangedSince(DateTimeOffset time)
    {
        try
        {
            return environment.Files.Find(options.DatabasePath + "-wal")?.ModifiedAt > time;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return true; // what can't be seen is not known to stand still
        }
    }

    private void LookAtReplica(ReplicaStatus replica) =>
        Report(replica.Lag > Limit, replica.Url, replica.Url, $"The replica is {replica.Lag.TotalSeconds:0} s behind");

    private void Report(bool isStalled, string subject, string? replicaUrl, string what)
    {
        if (!isStalled)
        {
            _stalled.Remove(subject);
            return;
        }

        if (!_stalled.Add(subject)) return;
        var error = new LitestreamException(ErrorCode.ReplicationStalled, $"{what}, for more than {Limit.TotalSeconds:0.#} s.", subject,
            "See the warnings before this one; replication goes on trying.");
        events.Write(ReplicationEventKind.Stalled, ReplicationSeverity.Error, error.Message, replicaUrl, error);
    }
}
