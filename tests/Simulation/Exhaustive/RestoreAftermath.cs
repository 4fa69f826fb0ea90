using Litestream.Simulation.Checks;

namespace Litestream.Simulation.Exhaustive;

/// <summary>A restore that was interrupted has made a whole database or none; the next one works, and leaves nothing behind.</summary>
internal sealed class RestoreAftermath(int pageSize, string path) : IAftermath
{
    public void Check(Fork fork)
    {
        var disk = fork.Machine.Disk;
        if (disk.FindFile(path) is not null)
        {
            CheckContent(fork);
            disk.Delete(path);
        }

        new SimulatedRestore(fork.Machine, fork.Replicas[0]).Run(path);
        CheckContent(fork);
        disk.Delete(path);
        if (disk.FindFolder(Path.GetDirectoryName(path)!)!.Entries.Keys.FirstOrDefault() is { } rest)
            throw new SimulationFailedException($"A restore has left '{rest}' behind.");
    }

    private void CheckContent(Fork fork)
    {
        if (fork.States.Find(PageHash.Of(fork.Machine.Disk.FindFile(path)!.Content, pageSize)) is null)
            throw new SimulationFailedException($"A restore made of '{path}' what was never committed.");
    }
}
