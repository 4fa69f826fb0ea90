using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

public sealed class DatabaseCheckTests
{
    [Theory]
    [InlineData(IntegrityCheckMode.Quick)]
    [InlineData(IntegrityCheckMode.Full)]
    public void A_database_whose_index_needs_a_collation_of_its_application_is_not_refused_and_named(IntegrityCheckMode mode)
    {
        using var folder = new TempFolder();
        using (var application = new SqliteConnection($"Data Source={folder["app.db"]};Pooling=False"))
        {
            application.Open();
            application.CreateCollation("of_the_application", string.CompareOrdinal);
            using var command = application.CreateCommand();
            command.CommandText = "CREATE TABLE t(a TEXT); CREATE INDEX i ON t(a COLLATE of_the_application); INSERT INTO t VALUES ('b'), ('a'); CREATE TABLE u(b)";
            command.ExecuteNonQuery();
        }

        Assert.Equal(["t (no such collation sequence: of_the_application)"], DatabaseCheck.Run(folder["app.db"], "app.db", mode, null, default));
    }
}
