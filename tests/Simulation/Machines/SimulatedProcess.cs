using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.Machines;

/// <summary>A process of the simulated machine. Once it is dead nothing that its code still does, while it unwinds, changes
/// anything.</summary>
internal sealed class SimulatedProcess(string name, int number)
{
    private readonly List<(byte[] Memory, byte[] Content)> _frozen = [];

    public string Name => name;

    public int Number => number;

    public bool IsDead { get; private set; }

    /// <summary>Only looks on: nothing happens to it and it is not part of the trace.</summary>
    public bool IsObserver { get; init; }

    /// <summary>Whether its last operation wrote or flushed a file.</summary>
    public bool HasJustWritten { get; set; }

    public List<OpenFile> OpenFiles { get; } = [];

    public List<IDisposable> Locks { get; } = [];

    public void Die()
    {
        if (IsDead) return;
        IsDead = true;
        foreach (var file in OpenFiles) file.Abandon();
        foreach (var held in Locks.ToList()) held.Dispose();
        Freeze();
    }

    /// <summary>Keeps the shared memory as it is: SQLite's code may still write to it through pointers while it unwinds.</summary>
    public void Freeze()
    {
        if (_frozen.Count > 0) return;
        foreach (var memory in OpenFiles.SelectMany(f => f.Mapped).Distinct())
            _frozen.Add((memory, memory.ToArray()));
    }

    /// <summary>The dead code has unwound for now.</summary>
    public void Thaw()
    {
        foreach (var (memory, content) in _frozen) content.CopyTo(memory, 0);
        _frozen.Clear();
    }
}
