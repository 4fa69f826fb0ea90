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

    [Fact]
    public void The_check_of_a_large_database_ends_at_once_when_it_is_cancelled()
    {
        using var folder = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        MakeLarge(folder["app.db"]);

        var told = 0;
        var e = Assert.ThrowsAny<OperationCanceledException>(
            () => DatabaseCheck.Run(folder["app.db"], "app.db", "snapshot", IntegrityCheckMode.Full, null, Meter(IntegrityCheckMode.Full, _ => Cancel()), cancellation.Token));

        Assert.Equal(cancellation.Token, e.CancellationToken);
        Assert.Equal(1, told);

        void Cancel()
        {
            told++;
            cancellation.Cancel();
        }
    }

    private static CheckMeter Meter(IntegrityCheckMode mode, Action<CheckProgress> told) => new(TimeProvider.System, mode, checksForeignKeys: false, told);

    private static void MakeLarge(string path)
    {
        using var application = new SqliteConnection($"Data Source={path};Pooling=False");
        application.Open();
        using var command = application.CreateCommand();
        command.CommandText = "CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO t SELECT randomblob(3000) FROM n";
        command.ExecuteNonQuery();
    }
}
