using Litestream.Engine.Errors;
using Litestream.Engine.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Sqlite;

public sealed class SqliteLibraryTests
{
    [Fact]
    public void LinkedVersion_is_the_pinned_one() => Assert.Equal(new Version(3, 53, 4), SqliteLibrary.LinkedVersion);

    [Fact]
    public void EnsureUsable_accepts_the_linked_library() => SqliteLibrary.EnsureUsable();

    [Theory]
    [InlineData("3.7.0")]
    [InlineData("3.50.7")]
    [InlineData("3.51.2")]
    public void EnsureUsable_refuses_a_library_with_the_WAL_reset_bug(string version)
    {
        var error = Assert.Throws<LitestreamException>(() => SqliteLibrary.EnsureUsable(Version.Parse(version)));
        Assert.Equal(ErrorCode.SqliteTooOld, error.Code);
        Assert.Contains(version, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3.51.3")]
    [InlineData("3.52.0")]
    [InlineData("4.0.0")]
    public void EnsureUsable_accepts_a_library_without_it(string version) => SqliteLibrary.EnsureUsable(Version.Parse(version));
}
