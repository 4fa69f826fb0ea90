using System.Globalization;
using Litestream.Engine.Files;
using Litestream.Simulation.Disks;
using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.Machines;

/// <summary>A computer: a disk, processes, a clock, and whatever goes wrong, all from one seed and on one thread.</summary>
internal sealed class Machine(int seed, TextWriter? log)
{
    private int _lastProcess;
    private int _boots = 1;

    /// <summary>The machine whose turn it is: SQLite's calls carry nothing that names one.</summary>
    public static Machine? Present { get; set; }

    public Random Random { get; } = new(seed);

    public Disk Disk { get; private init; } = new();

    public Clock Clock { get; private init; } = new();

    public FaultPlan Faults { get; } = new();

    public Trace Trace { get; } = new(log);

    /// <summary>What SQLite's files do here.</summary>
    public VfsFiles Vfs => field ??= new(this);

    /// <summary>Which process runs.</summary>
    public SimulatedProcess? Running { get; private set; }

    public List<SimulatedProcess> Processes { get; } = [];

    public string BootId => "boot-" + _boots.ToString(CultureInfo.InvariantCulture);

    /// <summary>Processes that died, and power losses.</summary>
    public int Deaths { get; private set; }

    /// <summary>Whether SQLite may take a sector beside what it writes for safe at a power loss (SQLITE_IOCAP_POWERSAFE_OVERWRITE).</summary>
    public bool IsPowersafeOverwrite { get; set; } = true;

    /// <summary>Is called before an operation: others may run.</summary>
    public Action<Operation, string> Preempt { get; set; } = (_, _) => { };

    /// <summary>Lets others go on while an operation takes long.</summary>
    public Action Linger { get; set; } = () => { };

    /// <summary>Is called before a process dies in the middle of an operation: others run.</summary>
    public Action Ambush { get; set; } = () => { };

    /// <summary>Looks at each operation before it is done; null for nobody.</summary>
    public IWatcher? Watcher { get; set; }

    /// <summary>Whether two files can be exchanged in one step; else they are linked.</summary>
    public bool ExchangesFiles { get; set; }

    /// <summary>Is called when something is about to be lost.</summary>
    public Action Dying { get; set; } = () => { };

    /// <summary>Is called after a power loss.</summary>
    public Action PowerLost { get; set; } = () => { };

    /// <summary>An error of the simulation itself.</summary>
    public Exception? Failure { get; set; }

    /// <summary>A machine with the same disk and time, in which nothing runs.</summary>
    /// <param name="chance">Seed of what happens by chance there.</param>
    public Machine Fork(int chance) => new(chance, Watcher is { IsTold: true } ? log : null)
    {
        Disk = Disk.Fork(),
        Clock = Clock.Fork(),
        IsPowersafeOverwrite = IsPowersafeOverwrite,
        ExchangesFiles = ExchangesFiles,
        _boots = _boots,
    };

    public SimulatedProcess Start(string name)
    {
        var process = new SimulatedProcess(name, ++_lastProcess);
        Processes.Add(process);
        return process;
    }

    /// <summary>Runs code in a process. What a dead process throws while it unwinds is its own affair.</summary>
    /// <param name="process">The process.</param>
    /// <param name="action">The code.</param>
    /// <param name="dispose">Releases what a dead process has left.</param>
    public void Run(SimulatedProcess process, Action action, Action dispose)
    {
        var former = Running;
        Running = process;
        try
        {
            if (!process.IsDead) action();
        }
        catch (Exception) when (process.IsDead)
        {
            // it has no say any more
        }
        finally
        {
            if (process.IsDead)
            {
                Bury(process, dispose);
            }

            Running = former;
        }
    }

    /// <summary>An operation of a process begins: others may run before it, and a fault may come.</summary>
    /// <returns>A fault for the caller to carry out; <see cref="Fault.Crash"/> when the process is dead.</returns>
    public Fault Enter(SimulatedProcess process, Operation operation, string target, long offset = 0, long length = 0)
    {
        if (process.IsObserver) return Fault.None;
        if (!process.IsDead) Preempt(operation, target);
        if (process.IsDead) return Refuse(process);
        Trace.Add(process, operation, target, offset, length);
        Watcher?.Before(process, operation, target);
        Clock.Advance(TimeSpan.FromMicroseconds(operation == Operation.Flush ? 500 : 5));
        var fault = Faults.Take(process, operation, target);
        process.HasJustWritten = operation is Operation.Write or Operation.Flush;
        switch (fault)
        {
            case Fault.None:
                return fault;
            case Fault.Crash:
                // others may just have seen what will never be completed
                if (Random.Next(2) == 0) Ambush();
                Kill(process);
                return Refuse(process);
            case Fault.PowerLoss:
                LosePower();
                return Refuse(process);
            case Fault.Delay:
                Trace.Note("delay");
                Clock.Advance(TimeSpan.FromSeconds(Random.Next(1, 10)));
                Linger();
                return process.IsDead ? Refuse(process) : Fault.None;
            default:
                Trace.Note(fault.ToString());
                return fault;
        }
    }

    public void Kill(SimulatedProcess process)
    {
        if (process.IsDead) return;
        Deaths++;
        Dying();
        Trace.Note("kill " + process.Name);
        process.Die();
        Processes.Remove(process);
    }

    /// <summary>Everything goes off.</summary>
    /// <param name="leavesNothing">Whether all that was not flushed is lost, not only some of it.</param>
    public void LosePower(bool leavesNothing = false)
    {
        Deaths++;
        Dying();
        Trace.Note("power loss");
        foreach (var process in Processes.ToList()) process.Die();
        Processes.Clear();
        Clock.Clear();
        Clock.Advance(TimeSpan.FromSeconds(30));
        _boots++;
        Disk.Root.LosePower(leavesNothing ? null : Random);
        PowerLost();
    }

    private static Fault Refuse(SimulatedProcess process)
    {
        process.Freeze();
        return Fault.Crash;
    }

    private static void Bury(SimulatedProcess process, Action dispose)
    {
        try
        {
            process.Freeze();
            dispose();
        }
        catch (Exception e) when (e is ProcessDiedException || FileErrors.IsFileError(e))
        {
            // files of a dead process refuse; and what failed before its death, as a cut does on a full disk, it would have told now
        }
        finally
        {
            process.Thaw();
        }
    }
}
