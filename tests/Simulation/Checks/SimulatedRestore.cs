using Litestream.Engine;
using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using Litestream.Simulation.Files;
using Litestream.Simulation.Machines;
using Litestream.Simulation.Stores;

namespace Litestream.Simulation.Checks;

/// <summary>A restore, or its undoing, in a process of its own.</summary>
/// <param name="machine">Where.</param>
/// <param name="replica">What is restored.</param>
internal sealed class SimulatedRestore(Machine machine, SimulatedReplica replica)
{
    /// <summary>Restores the latest state.</summary>
    /// <param name="path">The file to make.</param>
    /// <param name="existing">What becomes of a database that is there.</param>
    /// <returns>Where the former database is kept; null without one, and where the process died.</returns>
    /// <exception cref="SimulationFailedException">It fails.</exception>
    public string? Run(string path, ExistingDatabase existing = ExistingDatabase.Refuse) => TryRun(path, existing, out var error)
        ?? (error is null ? null : throw new SimulationFailedException($"A restore fails: {error.Message}", error));

    /// <summary>The same, where it may fail.</summary>
    public string? TryRun(string path, ExistingDatabase existing, out LitestreamException? error) => Live(
        environment => RestoreAsync(environment, path, existing).GetAwaiter().GetResult(), out error);

    /// <summary>Takes one back.</summary>
    /// <param name="path">The database that was restored.</param>
    /// <param name="safetyCopy">Where the former one is kept.</param>
    /// <returns>Where the restored one is kept.</returns>
    /// <exception cref="SimulationFailedException">It fails.</exception>
    public string? Undo(string path, string safetyCopy) => Live(environment => new RestoreUndo(environment).Run(path, safetyCopy), out var error)
        ?? (error is null ? null : throw new SimulationFailedException($"A restore can't be taken back: {error.Message}", error));

    private string? Live(Func<EngineEnvironment, string?> action, out LitestreamException? error)
    {
        var process = machine.Start("restorer");
        LitestreamException? thrown = null;
        string? result = null;
        machine.Run(process, () =>
        {
            try
            {
                result = action(EnvironmentOf(process));
            }
            catch (LitestreamException e)
            {
                thrown = e;
            }
        }, () => { });
        machine.Processes.Remove(process);
        error = process.IsDead ? null : thrown;
        if (error is not null) machine.Trace.Note($"restore failed: {error.Code}");
        return result;
    }

    private EngineEnvironment EnvironmentOf(SimulatedProcess process) => new()
    {
        Files = new SimulatedFileSystem(machine, process),
        Time = machine.Clock,
        Random = machine.Random,
        VfsName = Vfs.SimulatedVfs.Name,
    };

    private async Task<string?> RestoreAsync(EngineEnvironment environment, string path, ExistingDatabase existing)
    {
        var client = replica.Open(machine, machine.Running!, environment.Files);
        var plan = await new RestorePlanner(client).PlanAsync(new(), default).ConfigureAwait(false);
        RestoreOptions options = new() { Parallelism = 1, Check = IntegrityCheckMode.Quick, Existing = existing };
        return (await new Restorer(environment).RestoreAsync(client, plan, path, options, null, default).ConfigureAwait(false)).SafetyCopy;
    }
}
