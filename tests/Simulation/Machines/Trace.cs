using System.Globalization;

namespace Litestream.Simulation.Machines;

/// <summary>Everything that happened, as one number: two runs of a seed must come to the same.</summary>
internal sealed class Trace(TextWriter? log)
{
    private const ulong Prime = 0x100000001b3;

    private readonly List<Exception> _refusals = [];

    /// <summary>The failures that somebody was told of.</summary>
    public IReadOnlyList<Exception> Refusals => _refusals;

    public ulong Hash { get; private set; } = 0xcbf29ce484222325;

    public void Add(SimulatedProcess process, Operation operation, string target, long offset, long length)
    {
        Mix((ulong)process.Number << 32 | (uint)operation);
        foreach (var c in target) Mix(c);
        Mix((ulong)offset);
        Mix((ulong)length);
        log?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{process.Name} {operation} {target} {offset} {length}"));
    }

    public void Note(string what)
    {
        foreach (var c in what) Mix(c);
        log?.WriteLine("# " + what);
    }

    /// <summary>Somebody was told that something has failed.</summary>
    public void Refuse(Exception error)
    {
        _refusals.Add(error);
        Note($"refused: {error.Message}");
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * Prime;
}
