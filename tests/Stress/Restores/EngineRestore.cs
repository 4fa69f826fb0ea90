using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;

namespace Litestream.Stress.Restores;

/// <summary>Our restore.</summary>
internal static class EngineRestore
{
    /// <summary>Restores a database.</summary>
    /// <param name="replica">The replica's folder or URL.</param>
    /// <param name="target">The file to make.</param>
    /// <param name="request">What to restore; null for the latest.</param>
    /// <param name="check">How the result is checked.</param>
    /// <param name="existing">What is done with a database that is there.</param>
    public static async Task<RestoreResult> RunAsync(
        string replica, string target, RestoreRequest? request = null, IntegrityCheckMode check = IntegrityCheckMode.Quick,
        ExistingDatabase existing = ExistingDatabase.Refuse)
    {
        var environment = new EngineEnvironment();
        await using var client = ReplicaClients.Open(replica, Environment.CurrentDirectory, environment);
        var plan = await new RestorePlanner(client).PlanAsync(request ?? new(), CancellationToken.None);
        return await new Restorer(environment).RestoreAsync(
            client, plan, target, new RestoreOptions { Check = check, Existing = existing }, progress: null, CancellationToken.None);
    }
}
