using Litestream.Engine.Format;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Retention;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class GenerationInfoTests
{
    [Theory]
    [InlineData("s0@3 0:0@5 0:32@4", 3, 5)]
    [InlineData("s0@7 0:0@5 0:32@6", 5, 7)]
    [InlineData("s0@2", 2, 2)]
    [InlineData("0:0@9", 9, 9)]
    public void Its_times_are_those_of_its_earliest_and_latest_object(string objects, double created, double updated)
    {
        var generation = Assert.Single(new Listing().Add(1, objects).Generations());
        Assert.Equal((ReplicaBuilder.At(created), ReplicaBuilder.At(updated)), (generation.CreatedAt!.Value, generation.UpdatedAt!.Value));
    }

    [Fact]
    public void Without_objects_it_has_no_times_and_no_size()
    {
        var generation = new GenerationInfo(Listing.Id(1), [], []);
        Assert.Equal((null, null, 0L), (generation.CreatedAt, generation.UpdatedAt, generation.Size));
    }

    [Fact]
    public void Its_size_is_that_of_snapshots_and_segments()
    {
        var id = Listing.Id(1);
        var generation = new GenerationInfo(id,
            [new(id, 0, 100, ReplicaBuilder.At(0)), new(id, 1, 200, ReplicaBuilder.At(0))], [new(id, new(0, 0), 7, ReplicaBuilder.At(0)), new(id, new(0, 32), 50, ReplicaBuilder.At(0))]);
        Assert.Equal(357, generation.Size);
    }
}
