using System.Management.Automation;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell;

/// <summary>The job of a replication. The engine runs in this process; a pump brings its events to the job's streams.</summary>
public sealed class LitestreamReplicationJob : Job
{
    private readonly Replications.ReplicationSession _session;
    private readonly Replications.JobStreams _streams;

    internal LitestreamReplicationJob(string command, string? name, Replications.ReplicationSession session)
        : base(command, name)
    {
        PSJobTypeName = "LitestreamReplication";
        _session = session;
        _session.JobId = Id;
        _streams = new(this);
    }

    /// <summary>Full path of the database.</summary>
    public string DatabasePath => _session.DatabasePath;

    /// <summary>The replicas, without secrets.</summary>
    public IReadOnlyList<string> Replica => _session.Replicas;

    /// <inheritdoc/>
    public override string Location => string.Join(", ", _session.Replicas);

    /// <inheritdoc/>
    public override bool HasMoreData => _streams.HasData;

    /// <inheritdoc/>
    public override string StatusMessage => _session.Status is var status && status.Position is { } position
        ? $"{status.State}, {position}, lag {_Format.Duration(status.Replicas.Max(r => r.Lag))}"
        : status.State.ToString();

    /// <summary>Asks for the last sync and waits for it. Never sets the state: the pump does.</summary>
    public override void StopJob()
    {
        _session.RequestStop();
        _session.WaitForEnd(_session.StopLimit);
        _session.WaitUntilShown();
    }

    internal void Start()
    {
        SetJobState(JobState.Running);
        _session.Start();
        _session.Shown = Task.Run(PumpAsync);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            Replications.ReplicationRegistry.Remove(_session);
        }

        base.Dispose(disposing);
    }

    private async Task PumpAsync()
    {
        await foreach (var happened in _session.Events.ReadAllAsync().ConfigureAwait(false))
            Replications.EventWriter.Write(_streams, happened);

        var state = JobState.Stopped;
        try
        {
            await _session.Completion.ConfigureAwait(false);
            Replications.ReplicationRegistry.Remove(_session);
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            // the session stays in the registry, so that Get-LitestreamReplication shows how it failed
            _streams.WriteError(exception.ToRecord(DatabasePath));
            state = JobState.Failed;
        }

        try
        {
            SetJobState(state);
        }
        catch (ObjectDisposedException)
        {
            // removed while it ended: nobody is left to see the state
        }
    }
}
