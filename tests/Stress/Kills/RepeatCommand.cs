using Litestream.Engine;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Retention;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Kills;

/// <summary>The child sides of what is killed beside the replication: each does one thing over and over until it is killed or its input ends, and says
/// "round" after each time, or "failed MESSAGE".</summary>
internal static class RepeatCommand
{
    /// <summary>Restores over a database, and keeps the former one every other time.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="target">The database.</param>
    public static Task<int> RestoreAsync(string replica, string target) => RepeatAsync(round => EngineRestore.RunAsync(
        replica, target, check: IntegrityCheckMode.None, existing: round % 2 == 0 ? ExistingDatabase.Keep : ExistingDatabase.Discard));

    /// <summary>Deletes what is older than a window, as Remove-LitestreamGeneration -Retention does.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="window">The window.</param>
    public static Task<int> RetainAsync(string replica, TimeSpan window) => RepeatAsync(async _ =>
    {
        var environment = new EngineEnvironment();
        await using var client = ReplicaClients.Open(replica, Environment.CurrentDirectory, environment);
        var generations = await new ReplicaCatalog(client).ListGenerationsAsync(CancellationToken.None).ToListAsync();
        var plan = RetentionPlanner.ForWindow(
            client.Url, generations, RetentionPlanner.CutOff(environment.Time.GetUtcNow(), window), new HashSet<GenerationId>());
        await new RetentionExecutor(client).ExecuteAsync(plan, CancellationToken.None);
    });

    private static async Task<int> RepeatAsync(Func<int, Task> action)
    {
        using var end = new CancellationTokenSource();
        var ending = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync() is not null)
            {
                // only the end counts
            }

            await end.CancelAsync();
        });
        for (var round = 0; !end.IsCancellationRequested; round++)
        {
            try
            {
                await action(round);
                Console.Out.WriteLine("round");
            }
            catch (LitestreamException e)
            {
                // the parent decides what it means
                Console.Out.WriteLine($"failed {e.Code}: {e.Message}".ReplaceLineEndings(" "));
            }
        }

        await ending;
        return 0;
    }
}
