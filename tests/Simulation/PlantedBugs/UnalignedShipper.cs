using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Ships what waits and never asks the replica what it holds.</summary>
internal sealed class UnalignedShipper(int replica, SpoolQueue queue, SpoolFolder spool, IReplicaClient client)
{
    private GenerationId? _aligned;

    public void Ship(GenerationId generation, bool expectsSnapshot)
    {
        if (_aligned != generation)
        {
            queue.Align(replica, generation, expectsSnapshot || queue.FindSegment(generation, default) is not null ? null
                : new(generation, [new(generation, 0, 0, default)], []), expectsSnapshot);
            _aligned = generation;
        }

        while (queue.Next(replica) is { } content)
        {
            using (var stream = spool.OpenRead(content)) client.PutAsync(content.Key, stream, content.Time, default).GetAwaiter().GetResult();
            spool.Confirm(replica, content);
        }
    }
}
