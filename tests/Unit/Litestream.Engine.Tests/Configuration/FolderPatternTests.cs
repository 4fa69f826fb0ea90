using Litestream.Engine.Configuration;
using Xunit;

namespace Litestream.Engine.Tests.Configuration;

public sealed class FolderPatternTests
{
    [Theory]
    [InlineData("*.db", "a.db", true)]
    [InlineData("*.db", ".db", true)]
    [InlineData("*.db", "a.db2", false)]
    [InlineData("*.db", "sub/a.db", false)]
    [InlineData("a?.db", "ab.db", true)]
    [InlineData("a?.db", "a.db", false)]
    [InlineData("a[0-9x].db", "a7.db", true)]
    [InlineData("a[0-9x].db", "ay.db", false)]
    [InlineData("a[^0-9].db", "ax.db", true)]
    [InlineData("a[^0-9].db", "a1.db", false)]
    [InlineData("a+(b).db", "a+(b).db", true)]
    [InlineData("*/app.db", "one/app.db", true)]
    [InlineData("*/app.db", "one/two/app.db", false)]
    [InlineData("**/app.db", "app.db", true)]
    [InlineData("**/app.db", "one/two/app.db", true)]
    [InlineData("**/app.db", "one/app.db.old", false)]
    public void Names_match_as_in_go(string pattern, string path, bool matches) => Assert.Equal(matches, FolderPattern.Parse(pattern).IsMatch(path));

    [Theory]
    [InlineData("*.db", 0)]
    [InlineData("*/*/app.db", 2)]
    [InlineData("a/**/*.db", null)]
    public void Depth_is_known_where_it_is_bounded(string pattern, int? depth) => Assert.Equal(depth, FolderPattern.Parse(pattern).Depth);

    [Theory]
    [InlineData("a[.db")]
    [InlineData("a[].db")]
    [InlineData("a[z-a].db")]
    [InlineData("*/")]
    [InlineData("a/**")]
    public void What_is_no_pattern_is_refused(string pattern) => Assert.Throws<FormatException>(() => FolderPattern.Parse(pattern));
}
