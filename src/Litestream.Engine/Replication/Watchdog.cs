using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Replication;

/// <summary>Raises an error when the source moves and a position does not, before three sync intervals are over, or a second where they
/// are shorter than any disk is sure to be. Looks at the source by its path and at the clock, never through the connections whose failure
/// it is to notice. Where nothing has work it rests until it is woken, or for a while.</summary>
/// <param name="options">The intervals.</param>
/// <param name="environment">Files and time.</param>
/// <param name="events">Is told.</param>
internal sealed class Watchdog(ReplicationOptions options, EngineEnvironment environment, EventLog events)
{
    /// <summary>With ten looks in that time the error is out before three intervals are over.</summary>
    private const double Intervals = 2.5;
    private const int LooksALimit = 10;

    private static readonly TimeSpan s_shortestLimit = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _stalled = [];
    private readonly Dictionary<string, Stillness> _still = [];
    private readonly Signal _wake = new();
    private readonly TimeSpan _limit = Longer(options.SyncInterval * Intervals, s_shortestLimit);
    private long _began = environment.Time.GetTimestamp();
    private DateTimeOffset _lastLook;
    private int _quietLooks;
    private volatile bool _isResting;

    /// <summary>Is called when the database seems to have changed since somebody looked at it, and nobody has looked since then: a change may have been told
    /// to nobody, and when the clock is set back there seems to be one.</summary>
    public Action Overlooked { get; set; } = () => { };

    /// <summary>Looks until cancelled.</summary>
    /// <param name="source">How the capture side gets on; null when it is no longer to: what others write then waits for the next start.</param>
    /// <param name="replicas">How each replica gets on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<SourcePulse?> source, Func<IEnumerable<ReplicaPulse>> replicas, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_limit / LooksALimit, environment.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            Look(source(), replicas());
            while (_quietLooks >= LooksALimit)
            {
                await RestAsync(timer, cancellationToken).ConfigureAwait(false);
                Look(source(), replicas());
            }
        }
    }

    /// <summary>Whether it looks only when it is woken, or a while has passed.</summary>
    public bool IsResting => _isResting;

    /// <summary>Says that there may be something to look at.</summary>
    public void Wake() => _wake.Set();

    private async Task RestAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        timer.Period = Timeout.InfiniteTimeSpan;
        _isResting = true;
        var isWoken = await _wake.WaitAsync(options.LongestPollInterval, environment.Time, cancellationToken).ConfigureAwait(false);
        _isResting = false;
        timer.Period = _limit / LooksALimit;
        // what has work from now on has not stood still before
        _still.Clear();
        (_began, _quietLooks) = (environment.Time.GetTimestamp(), isWoken ? 0 : _quietLooks);
    }

    private void Look(SourcePulse? source, IEnumerable<ReplicaPulse> replicas)
    {
        var hasWork = source is { } pulse && LookAtSource(pulse);
        foreach (var replica in replicas) hasWork |= LookAtReplica(replica);
        _quietLooks = hasWork || source is not { IsToldAtOnce: true } ? 0 : _quietLooks + 1;
    }

    private bool LookAtSource(SourcePulse pulse)
    {
        var hasChanged = HasChangedSince(pulse);
        if (hasChanged && pulse.LastLook == _lastLook) Overlooked();
        _lastLook = pulse.LastLook;
        // A large transaction takes its time: as long as the position moves, nothing stands still.
        Look("capture", hasChanged, (pulse.LastLook, pulse.Position), null, "The database changes and is not captured");

        // Looks may succeed and the spool refuse all the same: what is captured anew at each try is no progress.
        Report("spool", pulse.UncutFor > _limit, null, "Captured changes do not get into the metadata folder");
        Look("snapshot", pulse.SnapshotBytes is not null, pulse.SnapshotBytes, null, "A snapshot is being copied and does not move");
        return hasChanged || pulse.UncutFor > TimeSpan.Zero || pulse.SnapshotBytes is not null;
    }

    private bool LookAtReplica(ReplicaPulse pulse)
    {
        Look(pulse.Url, pulse.HasWork, pulse.Headway, pulse.Url, "Changes wait for the replica, which does not get on");
        return pulse.HasWork;
    }

    private bool HasChangedSince(SourcePulse pulse)
    {
        try
        {
            var wal = environment.Files.Find(options.DatabasePath + "-wal");
            if (wal?.ModifiedAt > pulse.LastLook) return true;
            if (pulse.IsOpen) return false;
            // Nobody of us checkpoints: what moves the file itself is the application, maybe in another journal mode.
            return environment.Files.Find(options.DatabasePath) is { Length: > 0 } file && file.ModifiedAt > pulse.LastLook;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return true; // what can't be seen is not known to stand still
        }
    }

    private void Look(string subject, bool hasWork, object? progress, string? replicaUrl, string what)
    {
        if (!_still.TryGetValue(subject, out var still)) _still[subject] = still = new(environment.Time, _began);
        Report(subject, still.Look(hasWork, progress) > _limit, replicaUrl, what);
    }

    private void Report(string subject, bool isStalled, string? replicaUrl, string what)
    {
        if (!isStalled)
        {
            _stalled.Remove(subject);
            return;
        }

        if (!_stalled.Add(subject)) return;
        var error = new LitestreamException(ErrorCode.ReplicationStalled, $"{what}, for {_limit.InSeconds()} by now.",
            replicaUrl ?? options.DatabasePath, "See the warnings before this one; replication goes on trying.");
        events.Write(ReplicationEventKind.Stalled, ReplicationSeverity.Error, error.Message, replicaUrl, error);
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
