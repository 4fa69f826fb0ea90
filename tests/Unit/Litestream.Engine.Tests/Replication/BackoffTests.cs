using Litestream.Engine.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 250)]
    [InlineData(2, 500)]
    [InlineData(5, 4000)]
    [InlineData(7, 16_000)]
    [InlineData(8, 30_000)]
    [InlineData(1000, 30_000)]
    [InlineData(int.MaxValue, 30_000)]
    public void After_doubles_up_to_a_bound_with_jitter(int failures, int milliseconds)
    {
        var random = new Random(1);
        var waits = Enumerable.Range(0, 200).Select(_ => Backoff.After(failures, random).TotalMilliseconds).ToList();
        Assert.All(waits, w => Assert.InRange(w, milliseconds * 0.5, milliseconds));
        Assert.True(waits.Max() - waits.Min() > milliseconds * 0.3, "the waits are to differ");
    }
}
