using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Stores;

/// <summary>A replica as it lies there, whoever uses it.</summary>
internal sealed class SimulatedReplica(string path)
{
    public string Path => path;

    /// <summary>The bucket that it is in; null where it is a folder at <see cref="Path"/>.</summary>
    public SimulatedBucket? Bucket { get; init; }

    /// <summary>The objects that arrived, in order.</summary>
    public List<string> Arrivals { get; } = [];

    /// <summary>Whether nobody reaches it.</summary>
    public bool IsAway { get; set; }

    /// <summary>The last state that was confirmed to be there; -1 before the first.</summary>
    public int Confirmed { get; set; } = -1;

    /// <summary>The same replica as it lies in a fork of the machine.</summary>
    public SimulatedReplica Fork()
    {
        var fork = new SimulatedReplica(path) { Bucket = Bucket?.Fork(), IsAway = IsAway, Confirmed = Confirmed };
        fork.Arrivals.AddRange(Arrivals);
        return fork;
    }

    /// <summary>Opens it for a process.</summary>
    public IReplicaClient Open(Machine machine, SimulatedProcess process, IFileSystem files) => Bucket is null
        ? new FolderReplicaClient(path, files)
        : new S3ReplicaClient(SimulatedBucket.Location, new()
        {
            Endpoint = SimulatedBucket.Endpoint,
            Credential = new("key", "secret"),
            Transport = new BucketTransport(machine, process, Bucket),
            Retries = 0,
        }, machine.Clock);
}
