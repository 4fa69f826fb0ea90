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

        Assert.Equal(["t (no such collation sequence: of_the_application)"], DatabaseCheck.Run(folder["app.db"], "app.db", "snapshot", mode, null, null, default));
    }

    [Theory]
    [InlineData(IntegrityCheckMode.Quick)]
    [InlineData(IntegrityCheckMode.Full)]
    public void The_check_of_a_large_database_tells_how_much_was_read(IntegrityCheckMode mode)
    {
        using var folder = new TempFolder();
        MakeLarge(folder["app.db"]);

        var told = new List<int>();
        Assert.Empty(DatabaseCheck.Run(folder["app.db"], "app.db", "snapshot", mode, null, told.Add, default));

        Assert.Equal(told.Order(), told);
        Assert.InRange(told[^1], 3000, 20_000); // of about 4000 pages, read twice at most
        Assert.True(told[0] < told[^1]);
    }

    [Fact]
    public void The_check_of_a_large_database_ends_at_once_when_it_is_cancelled()
    {
        using var folder = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        MakeLarge(folder["app.db"]);

        var told = 0;
        var e = Assert.ThrowsAny<OperationCanceledException>(
            () => DatabaseCheck.Run(folder["app.db"], "app.db", "snapshot", IntegrityCheckMode.Full, null, Cancel, cancellation.Token));

        Assert.Equal(cancellation.Token, e.CancellationToken);
        Assert.Equal(1, told);

        void Cancel(int pages)
        {
            told++;
            cancellation.Cancel();
        }
    }

    private static void MakeLarge(string path)
    {
        using var application = new SqliteConnection($"Data Source={path};Pooling=False");
        application.Open();
        using var command = application.CreateCommand();
        command.CommandText = "CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO t SELECT randomblob(3000) FROM n";
        command.ExecuteNonQuery();
    }
}
