using Litestream.Engine.Diagnosis;
using Xunit;

namespace Litestream.Engine.Tests.Diagnosis;

public sealed class SqliteVersionsTests
{
    [Theory]
    [InlineData("3.6.23", false)]
    [InlineData("3.7.0", true)]
    [InlineData("3.44.5", true)]
    [InlineData("3.44.6", false)]
    [InlineData("3.45.0", true)]
    [InlineData("3.50.6", true)]
    [InlineData("3.50.7", false)]
    [InlineData("3.51.2", true)]
    [InlineData("3.51.3", false)]
    [InlineData("3.52.0", false)]
    public void Wal_reset_bug_has_its_range(string version, bool hasBug) => Assert.Equal(hasBug, SqliteVersions.HasWalResetBug(Version.Parse(version)));

    [Theory]
    [InlineData("x\03.45.1\0y", "3.45.1")]
    [InlineData("x\03.45.1\0y\03.45.1\0", "3.45.1")]
    [InlineData("x\03.45.1\0y\03.46.0\0", null)]
    [InlineData("x\u00013.45.1\0y", "3.45.1")]
    [InlineData("x 3.45.1\0y", null)]
    [InlineData("x\013.45.1\0y", null)]
    [InlineData("x\03.45.1 y", null)]
    [InlineData("\01.45.1\0", null)]
    [InlineData("", null)]
    public void Version_is_a_text_of_its_own(string content, string? version) =>
        Assert.Equal(version, SqliteVersions.Find(System.Text.Encoding.Latin1.GetBytes(content))?.ToString());

    [Fact]
    public void Version_of_the_library_that_is_linked_is_found_in_its_file()
    {
        var library = Directory.EnumerateFiles(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "e_sqlite3.dll" : OperatingSystem.IsMacOS() ? "libe_sqlite3.dylib" : "libe_sqlite3.so", SearchOption.AllDirectories)
            .First(p => p.Contains(System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, StringComparison.Ordinal));

        Assert.Equal(Litestream.Engine.Sqlite.SqliteLibrary.LinkedVersion, SqliteVersions.Find(File.ReadAllBytes(library)));
    }
}
