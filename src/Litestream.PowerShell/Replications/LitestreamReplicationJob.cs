using System.Management.Automation;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell;

/// <summary>The job of one replication, or of all those of a configuration. The engine runs in this process; a pump brings its events to the
/// job's streams. It ends when all replications have ended, as failed if one of them has failed.</summary>
public sealed class LitestreamReplicationJob : Job
{
    private readonly Replications.ReplicationGroup _group;
    private readonly Replications.JobStreams _streams;

    internal LitestreamReplicationJob(string command, string? name, Replications.ReplicationGroup group)
        : base(command, name)
    {
        PSJobTypeName = "LitestreamReplication";
        _group = group;
        _group.JobId = Id;
        _streams = new(this);
    }

    /// <summary>Full paths of the databases. Those of folders come and go.</summary>
    public string[] DatabasePath => [.. _group.Sessions.Select(s => s.DatabasePath)];

    /// <summary>The replicas, without secrets.</summary>
    public string[] Replica => [.. _group.Sessions.SelectMany(s => s.Replicas)];

    /// <inheritdoc/>
    public override string Location => string.Join(", ", Replica);

    /// <inheritdoc/>
    public override bool HasMoreData => _streams.HasData;

    /// <inheritdoc/>
    public override string StatusMessage => _group.Sessions is [var only] ? Describe(only.Status) : Describe([.. _group.Sessions.Select(s => s.Status)]);

    /// <summary>Asks for the last syncs and waits for them. Never sets the state: the pump does.</summary>
    public override void StopJob()
    {
        _group.RequestStop();
        _group.WaitForEnd();
        _group.WaitUntilShown();
    }

    internal void Start()
    {
        SetJobState(JobState.Running);
        _group.Start(() => Task.Run(PumpAsync));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            foreach (var session in _group.Sessions) Replications.ReplicationRegistry.Remove(session);
        }

        base.Dispose(disposing);
    }

    private static string Describe(ReplicationStatus status) => status.Position is { } position
        ? $"{status.State}, {position}, lag {_Format.Duration(status.Replicas.Max(r => r.Lag))}"
        : status.State.ToString();

    private static string Describe(IReadOnlyList<ReplicationStatus> all)
    {
        if (all.Count == 0) return "No database";
        var states = all.GroupBy(s => s.State).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}");
        return $"{string.Join(", ", states)}, lag {_Format.Duration(all.SelectMany(s => s.Replicas).Max(r => r.Lag))}";
    }

    private async Task PumpAsync()
    {
        await foreach (var write in _group.Writes.ReadAllAsync().ConfigureAwait(false)) write(_streams);
        try
        {
            SetJobState(_group.HasFailed ? JobState.Failed : JobState.Stopped);
        }
        catch (ObjectDisposedException)
        {
            // removed while it ended: nobody is left to see the state
        }
    }
}
