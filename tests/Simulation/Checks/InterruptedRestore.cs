using System.Globalization;
using Litestream.Engine;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Simulation.Disks;
using Litestream.Simulation.Files;
using Litestream.Simulation.Machines;
using Litestream.Simulation.Stores;

namespace Litestream.Simulation.Checks;

/// <summary>A restore in a process of its own, at one operation of which something goes wrong: there is a whole database then or none,
/// whoever is alive gets a typed error, and the next try works and tidies up.</summary>
/// <param name="machine">Where.</param>
/// <param name="replica">What is restored; holds something.</param>
/// <param name="pageSize">Bytes a page.</param>
/// <param name="states">What was committed.</param>
internal sealed class InterruptedRestore(Machine machine, SimulatedReplica replica, int pageSize, CommittedStates states)
{
    private const string Folder = "/restored/drill";

    private int _count;

    /// <summary>Restores, twice.</summary>
    public void Run()
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{Folder}/{++_count}.db");
        machine.Trace.Note("restore to " + path);
        FaultMixture.ArmAt(machine, "restorer");
        Try(path, mayFail: true);
        machine.Faults.Disarm();
        if (machine.Disk.FindFile(path) is { } made)
        {
            CheckContent(made, path);
            Delete(path);
        }

        Try(path, mayFail: false);
        CheckContent(machine.Disk.FindFile(path)!, path);
        Delete(path);
        if (machine.Disk.FindFolder(Folder)!.Entries.Keys.FirstOrDefault() is { } rest)
            throw new SimulationFailedException($"A restore has left '{rest}' behind.");
    }

    private void Try(string path, bool mayFail)
    {
        var process = machine.Start("restorer");
        LitestreamException? error = null;
        machine.Run(process, () =>
        {
            try
            {
                RestoreAsync(process, path).GetAwaiter().GetResult();
            }
            catch (LitestreamException e)
            {
                error = e;
            }
        }, () => { });
        machine.Processes.Remove(process);
        if (error is null) return;
        machine.Trace.Note($"restore failed: {error.Code}");
        if (!mayFail) throw new SimulationFailedException($"The restore after one that was interrupted fails: {error.Message}", error);
        if (!process.IsDead && machine.Disk.FindFile(path) is not null)
            throw new SimulationFailedException($"A restore has failed and left '{path}' behind: {error.Message}", error);
    }

    private async Task RestoreAsync(SimulatedProcess process, string path)
    {
        var environment = new EngineEnvironment
        {
            Files = new SimulatedFileSystem(machine, process),
            Time = machine.Clock,
            Random = machine.Random,
            VfsName = Vfs.SimulatedVfs.Name,
        };
        var client = new FolderReplicaClient(replica.Path, environment.Files);
        var plan = await new RestorePlanner(client).PlanAsync(new(), default).ConfigureAwait(false);
        await new Restorer(environment).RestoreAsync(client, plan, path, new() { Parallelism = 1, Check = IntegrityCheckMode.Quick }, null, default).ConfigureAwait(false);
    }

    private void Delete(string path)
    {
        machine.Disk.Delete(path);
        machine.Disk.FindFolder(Folder)!.Flush();
    }

    private void CheckContent(DiskFile file, string path)
    {
        if (states.Find(PageHash.Of(file.Content, pageSize)) is null)
            throw new SimulationFailedException($"A restore made of '{path}' what was never committed.");
    }
}
