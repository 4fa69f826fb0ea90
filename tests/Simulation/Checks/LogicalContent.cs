using Litestream.Simulation.Applications;
using Litestream.Simulation.Machines;
using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.Checks;

/// <summary>What a database holds for whoever opens it: its file together with the WAL beside it. Looked at in a fork, so that nothing is changed by it.</summary>
internal static class LogicalContent
{
    private const int Truncate = 3;

    /// <summary>The pages as one number; null where no database can be read.</summary>
    public static ulong? Of(Machine machine, string path)
    {
        if (machine.Disk.FindFile(path) is null) return null;
        var present = Machine.Present;
        var fork = machine.Fork(1);
        Machine.Present = fork;
        SimulatedVfs.ForgetRandomness();
        try
        {
            return Read(fork, path) ? PageHash.Of(fork.Disk.FindFile(path)!.Content, 512) : null;
        }
        finally
        {
            Machine.Present = present;
            SimulatedVfs.ForgetRandomness();
        }
    }

    private static bool Read(Machine machine, string path)
    {
        var looker = machine.Start("looker");
        var isGood = false;
        machine.Run(looker, () =>
        {
            try
            {
                using var connection = Connection.Open(path, 0);
                isGood = connection.Execute("PRAGMA quick_check") == "ok" && connection.Checkpoint(Truncate) == 0;
            }
            catch (SqlException)
            {
                // no database
            }
        }, () => { });
        return isGood;
    }
}
