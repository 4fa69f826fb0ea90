using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>A replica, and plans of it.</summary>
public abstract class RestorePlannerFixture
{
    private protected ReplicaBuilder Replica { get; } = new();

    // snapshot 0 @0, (0,0) @1, (0,1) @2, (1,0) @3, snapshot 2 @4, (2,0) @5, (2,1) @6
    private protected ReplicaBuilder Usual() => Replica
        .Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment()
        .Wal(1).Commit(4, 3, 3).Segment()
        .Snapshot(2).Wal(2).Commit(5, 3, 1).Segment().Commit(6, 3, 2).Segment();

    private protected Task<RestorePlan> PlanAsync(RestoreRequest request, IReplicaClient? client = null) => new RestorePlanner(client ?? Replica.Client).PlanAsync(request, default);

    private protected async Task<LitestreamException> FailAsync(RestoreRequest request, ErrorCode code, IReplicaClient? client = null)
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(() => PlanAsync(request, client));
        Assert.Equal(code, e.Code);
        Assert.All([e.Message, e.Target, e.Hint], text => Assert.False(string.IsNullOrWhiteSpace(text)));
        return e;
    }

    private protected static void AssertPlan(RestorePlan plan, int snapshot, params (int Index, long Offset)[] segments)
    {
        Assert.Equal(snapshot, plan.Snapshot.Index);
        Assert.Equal(segments, plan.Segments.Select(s => (s.Start.Index, s.Start.Offset)));
    }
}
