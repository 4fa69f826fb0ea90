namespace Litestream.Simulation.Stores;

/// <summary>A replica as it lies there, whoever uses it.</summary>
internal sealed class SimulatedReplica(string path)
{
    public string Path => path;

    /// <summary>The objects that arrived, in order.</summary>
    public List<string> Arrivals { get; } = [];

    /// <summary>Whether nobody reaches it.</summary>
    public bool IsAway { get; set; }

    /// <summary>The last state that was confirmed to be there; -1 before the first.</summary>
    public int Confirmed { get; set; } = -1;
}
