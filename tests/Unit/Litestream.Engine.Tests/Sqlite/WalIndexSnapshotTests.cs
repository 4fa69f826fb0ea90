using System.Buffers.Binary;
using Xunit;

namespace Litestream.Engine.Tests.Sqlite;

/// <summary>The layout that sqlite3_snapshot_get answers is not documented: it is held against the WAL file here.</summary>
public sealed class WalIndexSnapshotTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(4096)]
    [InlineData(32768)]
    [InlineData(65536)]
    public void Read_tells_what_stands_in_the_WAL(int pageSize)
    {
        using var database = new TestDatabase(pageSize);
        for (var commit = 0; commit < 3; commit++)
        {
            database.App.Insert(10, 300);
            AssertTellsTheWal(database);
        }

        database.App.Checkpoint(Application.Truncate);
        database.App.Insert();
        AssertTellsTheWal(database);
    }

    [Fact]
    public void LastFrame_is_0_after_a_restart_without_a_commit()
    {
        using var database = new TestDatabase();
        database.App.Checkpoint(Application.Truncate);
        Assert.Equal(0u, database.Snapshot()!.Value.LastFrame);
    }

    [Fact]
    public void Commits_grows_by_one_with_each_commit_of_any_size()
    {
        using var database = new TestDatabase();
        var before = database.Snapshot()!.Value.Commits;
        for (var commit = 1u; commit <= 5; commit++)
        {
            database.App.Insert((int)commit * 50, 500);
            Assert.Equal(before + commit, database.Snapshot()!.Value.Commits);
        }
    }

    [Theory]
    [InlineData(Application.Passive)]
    [InlineData(Application.Restart)]
    [InlineData(Application.Truncate)]
    public void Commits_goes_on_across_a_restart_of_the_WAL(int mode)
    {
        using var database = new TestDatabase();
        database.App.Insert();
        var before = database.Snapshot()!.Value;
        Assert.Equal(0, database.App.Checkpoint(mode).Code);
        Assert.Equal(before.Commits, database.Snapshot()!.Value.Commits);
        database.App.Insert();
        var after = database.Snapshot()!.Value;
        Assert.NotEqual((before.Salt1, before.Salt2), (after.Salt1, after.Salt2));
        Assert.Equal(before.Commits + 1, after.Commits);
    }

    [Fact]
    public void A_spilled_transaction_counts_only_when_it_commits()
    {
        using var database = new TestDatabase();
        var before = database.Snapshot();
        var length = database.WalBytes().Length;
        database.App.Execute("PRAGMA cache_size=1; BEGIN; " + Application.InsertSql(500, 500));
        Assert.True(database.WalBytes().Length > length, "the transaction was to spill");
        Assert.Equal(before, database.Snapshot());
        database.App.Execute("ROLLBACK");
        Assert.Equal(before, database.Snapshot());
        database.App.Execute("BEGIN; " + Application.InsertSql(500, 500) + "COMMIT");
        Assert.Equal(before!.Value.Commits + 1, database.Snapshot()!.Value.Commits);
    }

    private static void AssertTellsTheWal(TestDatabase database)
    {
        var snapshot = database.Snapshot()!.Value;
        var wal = database.WalBytes();
        var frame = wal.AsSpan(32 + (int)(snapshot.LastFrame - 1) * (24 + database.PageSize));
        Assert.Equal(wal.Length, 32 + (int)snapshot.LastFrame * (24 + database.PageSize));
        Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(wal.AsSpan(16)), snapshot.Salt1);
        Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(wal.AsSpan(20)), snapshot.Salt2);
        Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(frame[16..]), snapshot.Checksum.S1);
        Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(frame[20..]), snapshot.Checksum.S2);
        Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(frame[4..]), snapshot.PageCount);
        Assert.Equal(database.App.Number("PRAGMA page_count"), snapshot.PageCount);
    }
}
