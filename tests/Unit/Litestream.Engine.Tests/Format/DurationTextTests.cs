using System.Globalization;
using Litestream.Engine.Errors;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(1, "0.001 s")]
    [InlineData(200, "0.2 s")]
    [InlineData(2_500, "2.5 s")]
    [InlineData(3_600_000, "3600 s")]
    public void Seconds_are_the_same_in_every_culture(int milliseconds, string expected)
    {
        var former = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new("de-DE");
            Assert.Equal(expected, TimeSpan.FromMilliseconds(milliseconds).InSeconds());
        }
        finally
        {
            CultureInfo.CurrentCulture = former;
        }
    }
}
