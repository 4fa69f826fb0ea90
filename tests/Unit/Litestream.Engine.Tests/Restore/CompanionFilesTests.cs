using Litestream.Engine.Restore;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

public sealed class CompanionFilesTests
{
    [Theory]
    [InlineData("app.db-wal", true)]
    [InlineData("app.db-shm", true)]
    [InlineData("app.db-journal", true)]
    [InlineData("app.db.restore-0badcafe-lock", true)]
    [InlineData("app.db.restore-0badcafe-spill", true)]
    [InlineData("APP.DB-WAL", true)]
    [InlineData("app.db", false)]
    [InlineData("app.db-wal.db", false)]
    [InlineData("app-wal/app.db", false)]
    public void A_file_is_taken_for_a_part_of_a_database_by_the_end_of_its_name(string path, bool expected) =>
        Assert.Equal(expected, CompanionFiles.IsOneByName(path));
}
