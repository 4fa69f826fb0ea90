using Litestream.Engine.Format;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class PositionTests
{
    [Theory]
    [InlineData(0, 32, 0, 32, 0)]
    [InlineData(0, 32, 0, 33, -1)]
    [InlineData(0, 33, 0, 32, 1)]
    [InlineData(1, 0, 2, 0, -1)]
    [InlineData(2, 0, 1, 0, 1)]
    [InlineData(1, 99, 2, 0, -1)]
    [InlineData(2, 0, 1, 99, 1)]
    public void All_comparisons_agree(int index, long offset, int otherIndex, long otherOffset, int expected)
    {
        var (one, other) = (new Position(index, offset), new Position(otherIndex, otherOffset));
        Assert.Equal(expected, Math.Sign(one.CompareTo(other)));
        bool[] actual = [one < other, one <= other, one > other, one >= other];
        Assert.Equal([expected < 0, expected <= 0, expected > 0, expected >= 0], actual);
    }
}
