using Litestream.Simulation.Checks;
using Litestream.Simulation.Disks;
using Litestream.Simulation.Machines;
using Litestream.Simulation.Stores;
using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.Exhaustive;

/// <summary>Forks the machine at each operation, lets the fork crash, and has it recovered from and checked. Where nothing has changed since the last
/// operation, the crash would be the same one.</summary>
/// <param name="seed">The run.</param>
/// <param name="machine">The machine.</param>
/// <param name="replicas">Its replicas.</param>
/// <param name="promises">What is promised of them.</param>
/// <param name="states">What was committed.</param>
/// <param name="totals">Are counted on.</param>
internal sealed class CrashWatcher(
    int seed, Machine machine, IReadOnlyList<SimulatedReplica> replicas, IReadOnlyList<Promises> promises, CommittedStates states, PointTotals totals) : IWatcher
{
    private const int WalIndexHeader = 136;
    private const int PartialLosses = 2;

    private readonly byte[] _index = new byte[WalIndexHeader];
    private readonly long[] _met = new long[Enum.GetValues<CrashPath>().Length];
    private long _changes = -1;
    private long _operation;
    private int _variant;

    /// <summary>What is checked, and where the run is; null while nothing is looked at.</summary>
    public IAftermath? Aftermath { get; set; }

    /// <summary>What the process that runs is about.</summary>
    public CrashPath Path { get; set; }

    /// <summary>The only operation that is looked at; null for all.</summary>
    public long? Only { get; init; }

    /// <summary>Of the crashes of a path, each of this number is tried; 1 for all.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Points at which the run ends.</summary>
    public long Most { get; init; } = long.MaxValue;

    /// <summary>Is told of each broken promise.</summary>
    public required Action<CrashPoint, Exception> Failed { get; init; }

    public bool IsTold => Only is not null;

    public bool IsDone => totals.Points >= Most || _operation > Only;

    public void Before(SimulatedProcess process, Operation operation, string target)
    {
        _operation++;
        _variant = 0;
        // here whether it is looked at or not: a run goes on in the same way
        SimulatedVfs.ForgetRandomness();
        states.Observe();
        if (Aftermath is null) return;
        totals.Pass();
        var path = PathOf(process, operation, target);
        if (path == CrashPath.Checkpoint) Path = path;
        var changes = machine.Disk.Changes.Count + replicas.Sum(r => r.Bucket?.Changes ?? 0);
        if (changes != _changes)
        {
            CrashAt(path, Crash.Everything);
            CrashAt(path, Crash.PowerLoss);
            for (var i = 0; i < PartialLosses && machine.Disk.Root.HasPending; i++) CrashAt(path, Crash.PowerLossInPart);
        }

        if ((TakeIndex() || changes != _changes) && MayLiveOn(process)) CrashAt(path, Crash.Process);
        _changes = changes;
    }

    public void BeforeWrite(SimulatedProcess process, string target, DiskFile file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (Aftermath is null || bytes.Length < 2 || machine.Disk.FindFile(target) != file) return;
        var path = PathOf(process, Operation.Write, target);
        byte[] written = [.. bytes];
        TearAt(path, Crash.TornWrite, target, written, offset);
        TearAt(path, Crash.TornWriteAndPowerLoss, target, written, offset);
    }

    private bool MayLiveOn(SimulatedProcess process) =>
        process.Name == "replicator" && Aftermath is ReplicationAftermath && Survivors.Suffice(machine, process);

    /// <summary>Whether the wal-index is another one than at the last operation.</summary>
    private bool TakeIndex()
    {
        if (machine.Disk.FindFile(Scenario.DatabasePath + "-shm")?.Memory is not { Regions.Count: > 0 } memory) return false;
        var header = memory.Regions[0].AsSpan(0, WalIndexHeader);
        if (header.SequenceEqual(_index)) return false;
        header.CopyTo(_index);
        return true;
    }

    private CrashPath PathOf(SimulatedProcess process, Operation operation, string target)
    {
        if (process.Name != "replicator") return Path;
        var changes = operation is Operation.Write or Operation.Truncate or Operation.Flush;
        if (changes && target.StartsWith(Scenario.DatabasePath, StringComparison.Ordinal)) return CrashPath.Checkpoint;
        if (Path is CrashPath.Replicate or CrashPath.Shipping && target.Contains("/snapshots", StringComparison.Ordinal)) return CrashPath.Snapshot;
        return Path;
    }

    private void TearAt(CrashPath path, Crash crash, string target, byte[] bytes, long offset) =>
        CrashAt(path, crash, (disk, random) => disk.FindFile(target)!.Write(bytes.AsSpan(0, random.Next(1, bytes.Length)), offset));

    private void CrashAt(CrashPath path, Crash crash, Action<Disk, Random>? tear = null)
    {
        var point = new CrashPoint(seed, _operation, _variant++, crash, path);
        if (totals.Points >= Most || (Only is not null && Only != _operation)) return;
        if (_met[(int)path]++ % Every != 0) return;
        totals.Add(point);
        using var fork = new Fork(machine, replicas, promises, states, point);
        try
        {
            tear?.Invoke(fork.Machine.Disk, fork.Machine.Random);
            fork.Crash();
            Aftermath!.Check(fork);
        }
        catch (Exception e)
        {
            totals.Fail();
            Failed(point, e);
        }
    }
}
