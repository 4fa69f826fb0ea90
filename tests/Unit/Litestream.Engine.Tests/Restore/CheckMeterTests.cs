using Litestream.Engine.Drills;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

public sealed class CheckMeterTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<CheckProgress> _told = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(IntegrityCheckMode.Quick)]
    [InlineData(IntegrityCheckMode.Full)]
    public void Each_page_of_the_trees_and_each_row_brings_the_check_on(IntegrityCheckMode mode)
    {
        Make("CREATE TABLE t(a); " + Rows(4000, "INSERT INTO t SELECT randomblob(3000) FROM n"));

        Check(mode);

        Assert.Equal(_told.Select(t => t.PagesRead).Order(), _told.Select(t => t.PagesRead));
        Assert.InRange(_told[^1].PagesRead, 3000, 20_000); // of about 4000 pages, read twice at most
        AssertGrows(from: 0.3, step: 0.3);
    }

    [Fact]
    public void Pages_of_an_index_that_are_read_again_and_again_do_not_bring_the_check_to_its_end_before_the_time()
    {
        MakeIndexed();

        Check(IntegrityCheckMode.Full);

        // many times the file's pages are read, and still the half is not more
        Assert.True(_told[^1].PagesRead > 5 * new FileInfo(Path).Length / 4096, $"{_told[^1]}");
        AssertGrows(from: 0.2, step: 0.03);
        Assert.InRange(_told[_told.Count / 2].Share!.Value, 0.4, 0.65);
    }

    [Fact]
    public void A_table_without_rowid_and_unused_pages_are_part_of_the_estimate()
    {
        Make("CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID; CREATE TABLE u(a); "
            + Rows(30_000, "INSERT INTO u SELECT randomblob(1000) FROM n; ") + "DELETE FROM u; " + Rows(40_000, "INSERT INTO t SELECT randomblob(16), randomblob(20) FROM n"));

        Check(IntegrityCheckMode.Full);

        AssertGrows(from: 0.6, step: 0.3);
    }

    [Fact]
    public void Tables_that_are_checked_one_by_one_are_counted_together()
    {
        using (var application = Open())
        {
            application.CreateCollation("of_the_application", string.CompareOrdinal);
            Run(application, "CREATE TABLE x(a TEXT); CREATE INDEX i ON x(a COLLATE of_the_application); CREATE TABLE t(a); CREATE TABLE u(a); "
                + Rows(20_000, "INSERT INTO t SELECT randomblob(100) FROM n; ") + Rows(20_000, "INSERT INTO u SELECT randomblob(100) FROM n"));
        }

        Assert.Single(Check(IntegrityCheckMode.Full));

        AssertGrows(from: 0.5, step: 0.5);
    }

    [Fact]
    public void A_drill_goes_on_to_foreign_keys_and_questions_and_never_back()
    {
        MakeIndexed();
        using var database = new RestoredDatabase(Path, vfs: null, Meter(IntegrityCheckMode.Full, checksForeignKeys: true), default);
        Assert.Empty(database.CheckIntegrity().Messages);
        var integrity = _told[^1].Share!.Value;
        Assert.Empty(database.CheckForeignKeys());
        Assert.InRange(integrity, 0.5, 0.95);
        AssertGrows(from: 0.2, step: 0.03);

        Assert.NotNull(database.ReadFirstValue("SELECT count(*) FROM t a, p b WHERE b.id = a.p AND length(a.u) > 1"));

        Assert.Equal((0.99, null), (_told[^1].Share, _told[^1].Left));
    }

    [Fact]
    public void What_can_not_be_estimated_is_read_and_checked_all_the_same()
    {
        Make("CREATE TABLE t(a); " + Rows(4000, "INSERT INTO t SELECT randomblob(3000) FROM n"));
        var bytes = File.ReadAllBytes(Path);
        // the root of the table
        bytes.AsSpan(4096, 12).Fill(0xff);
        File.WriteAllBytes(Path, bytes);

        Assert.ThrowsAny<Exception>(() => Check(IntegrityCheckMode.Full));

        Assert.All(_told, t => Assert.InRange(t.Share ?? 0, 0, 0.99));
    }

    /// <summary>It hides a function of SQLite's that the estimate asks.</summary>
    [Fact]
    public void A_database_whose_schema_hinders_the_estimate_is_checked_and_its_pages_told()
    {
        Make("CREATE TABLE pragma_foreign_key_list(a); CREATE TABLE t(a); " + Rows(4000, "INSERT INTO t SELECT randomblob(3000) FROM n"));

        Assert.Empty(Check(IntegrityCheckMode.Full));

        Assert.All(_told, t => Assert.Equal((null, null), (t.Share, t.Left)));
        Assert.Equal(_told.Select(t => t.PagesRead).Order(), _told.Select(t => t.PagesRead));
        Assert.InRange(_told[^1].PagesRead, 3000, 20_000);
    }

    private string Path => _folder["app.db"];

    private static string Rows(int count, string insert) => $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) {insert}";

    private IReadOnlyList<string> Check(IntegrityCheckMode mode) => DatabaseCheck.Run(Path, "app.db", "snapshot", mode, null, Meter(mode), default);

    private CheckMeter Meter(IntegrityCheckMode mode, bool checksForeignKeys = false) => new(TimeProvider.System, mode, checksForeignKeys, _told.Add);

    /// <summary>From the first that is told to the last, which is near the end, in no larger steps.</summary>
    private void AssertGrows(double from, double step)
    {
        var shares = _told.ConvertAll(t => t.Share!.Value);
        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[0], 0.001, from);
        Assert.InRange(shares[^1], 0.9, 0.99);
        Assert.All(shares.Zip(shares.Skip(1)), s => Assert.InRange(s.Second - s.First, 0, step));
    }

    /// <summary>With an index whose order is another than the table's, and that does not fit into SQLite's cache.</summary>
    private void MakeIndexed() => Make(
        "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(u, p REFERENCES p); CREATE INDEX i ON t(u); "
        + Rows(100, "INSERT INTO p SELECT i FROM n; ") + Rows(100_000, "INSERT INTO t SELECT randomblob(40), 1 + i % 100 FROM n"));

    private void Make(string sql)
    {
        using var application = Open();
        Run(application, "PRAGMA synchronous = off; " + sql);
    }

    private SqliteConnection Open()
    {
        var application = new SqliteConnection($"Data Source={Path};Pooling=False");
        application.Open();
        return application;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
