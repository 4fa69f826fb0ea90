using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Restoring;

/// <summary>A restore that is under way beside others.</summary>
internal sealed class RunningRestore
{
    private readonly IReplicaClient _client;

    /// <summary>Begins it.</summary>
    /// <param name="client">The replica; let go of when the restore is settled.</param>
    /// <param name="input">What to restore.</param>
    /// <param name="plan">What to read.</param>
    /// <param name="options">How to work.</param>
    /// <param name="environment">The engine's.</param>
    /// <param name="activity">The number of its progress.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public RunningRestore(
        IReplicaClient client, RestoreInput input, RestorePlan plan, RestoreOptions options, EngineEnvironment environment, int activity, CancellationToken cancellationToken)
    {
        (_client, Input, Plan, Options) = (client, input, plan, options);
        Progress = new(input.Target, activity);
        var work = new InterruptibleWork(cancellationToken);
        Task = System.Threading.Tasks.Task.Run(
            async () =>
            {
                using (work) return await new Restorer(environment).RestoreAsync(client, plan, input.Target, options, Progress, work.Token).ConfigureAwait(false);
            },
            CancellationToken.None);
    }

    public RestoreInput Input { get; }

    public RestorePlan Plan { get; }

    public RestoreOptions Options { get; }

    public Task<RestoreResult> Task { get; }

    public RestoreProgressView Progress { get; }

    /// <summary>Waits for its end, however it ends, and lets go of the replica.</summary>
    public void Settle()
    {
        System.Threading.Tasks.Task.WaitAny([Task], CancellationToken.None);
        _client.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
