using Litestream.Engine.Restore;
using Litestream.Simulation.Checks;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Exhaustive;

/// <summary>Whenever it crashes, one of both databases has the name, whole, and the former one is not lost; the next restore works, and can be taken back.</summary>
/// <param name="path">The database that is replaced.</param>
/// <param name="former">What it held.</param>
internal sealed class InPlaceAftermath(string path, ulong former) : IAftermath
{
    private static readonly string[] s_companions = ["-wal", "-shm", "-journal", "-lock"];

    /// <summary>What the restored database holds, once it is known that it is not to be lost either; null before.</summary>
    public ulong? Restored { get; set; }

    public void Check(Fork fork)
    {
        var machine = fork.Machine;
        var held = ContentOf(machine);
        if (held != former && held != Restored && !IsCommitted(machine, fork.States)) throw new SimulationFailedException($"'{path}' holds what it never held.");
        CheckKept(machine, former, "former");
        if (Restored is { } restored) CheckKept(machine, restored, "restored");

        var restore = new SimulatedRestore(machine, fork.Replicas[0]);
        var copy = restore.Run(path, ExistingDatabase.Keep)!;
        ContentOf(machine);
        if (!IsCommitted(machine, fork.States)) throw new SimulationFailedException($"A restore made of '{path}' what was never committed.");
        CheckKept(machine, former, "former");
        restore.Undo(path, copy);
        if (ContentOf(machine) != held) throw new SimulationFailedException($"'{path}' does not hold what it held before the restore that was taken back.");
        if (FolderOf(machine).Find(n => n.Contains(".restore-", StringComparison.Ordinal)) is { } rest)
            throw new SimulationFailedException($"A restore has left '{rest}' behind.");
        if (machine.Failure is { } failure) throw new SimulationFailedException(failure.Message, failure);
    }

    private ulong ContentOf(Machine machine) => LogicalContent.Of(machine, path)
        ?? throw new SimulationFailedException($"Nothing that can be read has the name '{path}': there is {string.Join(", ", FolderOf(machine))}.");

    private bool IsCommitted(Machine machine, CommittedStates states) => states.FindContent(machine.Disk.FindFile(path)!.Content) is not null;

    private void CheckKept(Machine machine, ulong content, string which)
    {
        var folder = Path.GetDirectoryName(path)!;
        var names = FolderOf(machine).Where(n => !Array.Exists(s_companions, c => n.EndsWith(c, StringComparison.Ordinal)));
        if (!names.Any(n => LogicalContent.Of(machine, $"{folder}/{n}") == content))
            throw new SimulationFailedException($"The {which} database is lost: there is {string.Join(", ", FolderOf(machine))}.");
    }

    private List<string> FolderOf(Machine machine) => [.. machine.Disk.FindFolder(Path.GetDirectoryName(path)!)!.Entries.Keys];
}
