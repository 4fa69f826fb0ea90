using Litestream.Engine.Format;
using Xunit;

namespace Litestream.Engine.Tests.Format;

/// <summary>Replicas that are there already hold these numbers: they must not change.</summary>
public sealed class IndexLinkTests
{
    [Theory]
    [InlineData(0u, 0u, 0, 0u)]
    [InlineData(0x01020304u, 0u, 0, 0x01020304u)]
    [InlineData(0u, 0x11223344u, 0, 0x33441122u)]
    [InlineData(0u, 0u, 1, 0x9e3779b1u)]
    [InlineData(0u, 0u, 4152, 0x13bdaeb8u)]
    [InlineData(0x01020304u, 0x11223344u, 1, 0xac716b97u)]
    public void The_second_salt_is_mixed_of_checksum_and_length(uint s1, uint s2, long offset, uint expected) =>
        Assert.Equal(expected, IndexLink.Salt2After(new(s1, s2), offset));
}
