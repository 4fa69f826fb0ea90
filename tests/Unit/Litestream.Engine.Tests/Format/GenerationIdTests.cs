using Litestream.Engine.Format;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class GenerationIdTests
{
    [Fact]
    public void A_new_one_is_made_of_eight_random_bytes() => Assert.Equal("0102030405060708", GenerationId.Create(new Counting()).ToString());

    private sealed class Counting : Random
    {
        public override void NextBytes(Span<byte> buffer)
        {
            for (var i = 0; i < buffer.Length; i++) buffer[i] = (byte)(i + 1);
        }
    }
}
