namespace Litestream.Simulation.Machines;

/// <summary>Which fault comes next, and where: mostly where something is being changed.</summary>
internal static class FaultMixture
{
    /// <summary>Lets one fault happen soon.</summary>
    public static void Arm(Machine machine)
    {
        var random = machine.Random;
        var fault = random.Next(20) switch
        {
            < 8 => Fault.Crash,
            < 11 => Fault.PowerLoss,
            < 13 => Fault.Error,
            13 => Fault.Full,
            < 16 => Fault.TornWrite,
            16 => Fault.Delay,
            17 => Fault.StaleListing,
            _ => Fault.DuplicatePut,
        };
        var changesOnly = random.Next(2) == 0;
        var replicatorOnly = random.Next(2) == 0;
        var after = fault is Fault.StaleListing or Fault.DuplicatePut ? random.Next(3) : random.Next(changesOnly ? 60 : 800);
        if (fault == Fault.Crash && random.Next(3) == 0)
        {
            // a writer between its commit frame and the wal-index that makes it a commit
            machine.Faults.Arm(fault, random.Next(20), (process, operation, _) => operation == Operation.Barrier && process.HasJustWritten);
            return;
        }

        machine.Faults.Arm(fault, after, (process, operation, _) =>
            (!replicatorOnly || process.Name == "replicator")
            && (!changesOnly || operation is Operation.Write or Operation.Flush or Operation.Truncate or Operation.Rename or Operation.Delete
                or Operation.FlushFolder or Operation.Barrier or Operation.StorePut));
    }

    /// <summary>Lets one fault happen at one of the next operations of a process.</summary>
    public static void ArmAt(Machine machine, string process)
    {
        var fault = machine.Random.Next(6) switch
        {
            0 or 1 => Fault.Crash,
            2 => Fault.PowerLoss,
            3 => Fault.Error,
            4 => Fault.Full,
            _ => Fault.TornWrite,
        };
        machine.Faults.Arm(fault, machine.Random.Next(machine.Random.Next(2) == 0 ? 20 : 150), (running, _, _) => running.Name == process);
    }
}
