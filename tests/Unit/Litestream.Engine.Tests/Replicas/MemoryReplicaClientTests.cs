using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Fakes;

namespace Litestream.Engine.Tests.Replicas;

/// <summary>The fake keeps the contract too, or tests against it would prove nothing.</summary>
public sealed class MemoryReplicaClientTests : ReplicaClientContract
{
    protected override TimeSpan TimeResolution => TimeSpan.Zero;

    private protected override Task<IReplicaClient> OpenAsync() => Task.FromResult<IReplicaClient>(new MemoryReplicaClient());
}
