using Litestream.Engine.Drills;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Drills;

/// <summary>Databases of all kinds, each drilled and compared with the live one, sound and damaged.</summary>
public sealed class DrillMatrixTests
{
    private const string Rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) ";

    /// <summary>Name, what is set before the first page, what is done then.</summary>
    private static readonly (string Name, string Setup, string Sql)[] s_kinds =
    [
        ("UTF-16le", "PRAGMA encoding='UTF-16le'", "CREATE TABLE t(a TEXT UNIQUE); INSERT INTO t VALUES ('ä€𝄞'), (char(0xfffd)), ('x' || char(0) || 'y')"),
        ("UTF-16be", "PRAGMA encoding='UTF-16be'", "CREATE TABLE t(a TEXT UNIQUE); INSERT INTO t VALUES ('ä€𝄞'), ('')"),
        ("auto_vacuum full", "PRAGMA auto_vacuum=FULL", $"CREATE TABLE t(a); {Rows}INSERT INTO t SELECT randomblob(5000) FROM n; DELETE FROM t WHERE rowid % 2; CREATE INDEX i ON t(a)"),
        ("auto_vacuum incremental", "PRAGMA auto_vacuum=INCREMENTAL", $"CREATE TABLE t(a); {Rows}INSERT INTO t SELECT randomblob(5000) FROM n; DELETE FROM t WHERE rowid < 150; PRAGMA incremental_vacuum(20)"),
        ("free pages", "", $"CREATE TABLE t(a); {Rows}INSERT INTO t SELECT randomblob(9000) FROM n; DELETE FROM t; INSERT INTO item(data) VALUES ('again')"),
        ("VACUUM", "", $"CREATE TABLE t(a); {Rows}INSERT INTO t SELECT randomblob(5000) FROM n; DELETE FROM t WHERE rowid % 3; VACUUM"),
        ("FTS5", "", $"CREATE VIRTUAL TABLE t USING fts5(a, b, prefix='2 3'); {Rows}INSERT INTO t SELECT 'word' || i || ' other', hex(randomblob(40)) FROM n; DELETE FROM t WHERE rowid % 5 = 0; INSERT INTO t(t) VALUES('optimize')"),
        ("FTS5 without content", "", $"CREATE VIRTUAL TABLE t USING fts5(a, content=''); {Rows}INSERT INTO t(rowid, a) SELECT i, 'word' || i FROM n"),
        ("R*Tree", "", $"CREATE VIRTUAL TABLE t USING rtree(id, x0, x1); {Rows}INSERT INTO t SELECT i, i, i + 5 FROM n"),
        ("WITHOUT ROWID", "", $"CREATE TABLE p(a TEXT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE t(a, b REFERENCES p, PRIMARY KEY(a, b)) WITHOUT ROWID; {Rows}INSERT INTO p SELECT 'p' || i FROM n; {Rows}INSERT INTO t SELECT i, 'p' || i FROM n"),
        ("generated columns", "", $"CREATE TABLE t(a INT, b AS (a * 2) VIRTUAL, c AS (a || 'x') STORED); CREATE INDEX i ON t(b, c); {Rows}INSERT INTO t(a) SELECT i FROM n"),
        ("partial and expression indexes", "", $"CREATE TABLE t(a, b); CREATE INDEX p ON t(a) WHERE b > 50; CREATE UNIQUE INDEX e ON t(lower(a), abs(b)); {Rows}INSERT INTO t SELECT 'A' || i, i FROM n"),
        ("STRICT, triggers, views", "", $"CREATE TABLE t(a INT, b BLOB) STRICT; CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO item(data) VALUES (new.a); END; {Rows}INSERT INTO t SELECT i, x'00' FROM n"),
        ("names that need quotes", "", "CREATE TABLE \"a'b\"\"c\"(\"select\" TEXT); CREATE INDEX \"x y\" ON \"a'b\"\"c\"(\"select\"); INSERT INTO \"a'b\"\"c\" VALUES (1)"),
        ("large values", "", "CREATE TABLE t(a); INSERT INTO t VALUES (randomblob(3000000)), (zeroblob(2000000))"),
        ("secure_delete, user_version, application_id", "", "PRAGMA secure_delete=ON; CREATE TABLE t(a); INSERT INTO t VALUES (1); DELETE FROM t; PRAGMA user_version=7; PRAGMA application_id=99"),
    ];

    public static TheoryData<string> Kinds => [.. s_kinds.Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_sound_one_passes_and_a_damaged_one_fails(string name)
    {
        var (_, setup, sql) = s_kinds.Single(k => k.Name == name);
        using var bench = new DrillBench(setup: setup);
        await ReplicateAsync(bench, () => bench.App.Execute(sql));

        await PassAndFailAsync(bench);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2048)]
    [InlineData(8192)]
    [InlineData(16384)]
    [InlineData(32768)]
    [InlineData(65536)]
    public async Task Every_page_size(int pageSize)
    {
        using var bench = new DrillBench(pageSize);
        await ReplicateAsync(bench, () => bench.App.Insert(100, 700));

        await PassAndFailAsync(bench);
    }

    [Fact]
    public async Task One_without_any_table_passes()
    {
        using var bench = new DrillBench();
        bench.App.Execute("DROP TABLE item; VACUUM");
        await ReplicateAsync(bench, () => bench.App.Execute("PRAGMA user_version=1"));

        Assert.Equal(DrillVerdict.Passed, (await bench.CompareAsync(null)).Verdict);
        Assert.Equal(DrillVerdict.Failed, (await bench.RunAsync(new() { AssertSql = "SELECT count(*) FROM sqlite_schema" })).Verdict);
    }

    /// <summary>The live database was damaged, and so its replica is, though all its checksums hold.</summary>
    [Theory]
    [InlineData("CREATE TABLE t(a, b); CREATE INDEX p ON t(a) WHERE b > 50;", "WHERE b > 50", "WHERE b > 1")]
    [InlineData("CREATE TABLE t(a, b); CREATE INDEX p ON t(lower(a));", "lower(a)", "upper(a)")]
    [InlineData("CREATE TABLE t(a, b UNIQUE); CREATE INDEX p ON t(a);", "t(a)", "t(b)")]
    public async Task What_was_damaged_before_it_was_replicated_fails(string schema, string from, string to)
    {
        using var bench = new DrillBench();
        await ReplicateAsync(bench, () =>
        {
            bench.App.Execute($"{schema} {Rows}INSERT INTO t SELECT 'a' || i, i FROM n");
            Rewrite(bench, "p", from, to);
        });

        var result = await bench.RunAsync();

        Assert.Equal((DrillVerdict.Failed, ErrorCode.IntegrityCheckFailed), (result.Verdict, result.Error!.Code));
        Assert.NotEmpty(result.Integrity.Messages);
    }

    /// <summary>SQLite alone can't check an index by a collation or a function of the application. Of a full text index with its tokenizer it checks
    /// the tables that hold it.</summary>
    [Theory]
    [InlineData("CREATE TABLE t(a, b); CREATE INDEX p ON t(a COLLATE NOCASE);", "p", "NOCASE", "app_de", DrillVerdict.Inconclusive)]
    [InlineData("CREATE VIRTUAL TABLE t USING fts5(a, b, tokenize='ascii');", "t", "ascii", "app_de", DrillVerdict.Passed)]
    [InlineData("CREATE TABLE t(a, b); CREATE INDEX p ON t(abs(b));", "p", "abs(b)", "app(b)", DrillVerdict.Inconclusive)]
    public async Task What_only_the_application_can_check_never_passes_unsaid_and_damage_beside_it_is_found(
        string schema, string name, string from, string to, DrillVerdict verdict)
    {
        using var bench = new DrillBench();
        await ReplicateAsync(bench, () =>
        {
            bench.App.Execute($"{schema} {Rows}INSERT INTO t SELECT 'a' || i, i FROM n");
            bench.App.Execute($"CREATE TABLE s(a, b); CREATE INDEX q ON s(a) WHERE b > 50; {Rows}INSERT INTO s SELECT i, i FROM n");
            Rewrite(bench, name, from, to);
        });

        var result = await bench.RunAsync(new() { AssertSql = "SELECT count(*) FROM s" });
        Assert.Equal((verdict, DrillCheckStatus.Passed), (result.Verdict, result.Assertion.Status));
        if (verdict != DrillVerdict.Passed) Assert.Contains("can't check t ", result.Error!.Message, StringComparison.Ordinal);

        bench.Database.ReopenApp();
        await ReplicateAsync(bench, () => Rewrite(bench, "q", "b > 50", "b > 1"));
        Assert.Equal((DrillVerdict.Failed, ErrorCode.IntegrityCheckFailed), await VerdictAsync(bench));
    }

    /// <summary>A snapshot that decodes and is no database, or one with pages of noise as of a page-wise encryption.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(4096)]
    public async Task Noise_fails(int from)
    {
        using var bench = new DrillBench();
        await bench.ReplicateAsync(commits: 0);
        var snapshot = (await bench.GenerationAsync()).Snapshots[0];
        var image = bench.App.Image();
        Random.Shared.NextBytes(image.AsSpan(from));
        await using (var file = File.Create(bench.FileOf(snapshot.Key)))
        await using (var encoder = Lz4Frame.Encode(file)) await encoder.WriteAsync(image);
        foreach (var segment in (await bench.GenerationAsync()).Segments) File.Delete(bench.FileOf(segment.Key));

        var (verdict, code) = await VerdictAsync(bench);

        Assert.Equal(DrillVerdict.Failed, verdict);
        Assert.Equal(from == 0 ? ErrorCode.ObjectCorrupt : ErrorCode.IntegrityCheckFailed, code);
    }

    private static async Task ReplicateAsync(DrillBench bench, Action change)
    {
        await using var replication = RunningReplication.Start(bench.Database);
        await replication.SyncAsync();
        change();
        await replication.SyncAsync();
        bench.App.Execute("PRAGMA user_version=42");
        await replication.SyncAsync();
        await replication.StopAsync();
    }

    private static async Task PassAndFailAsync(DrillBench bench)
    {
        var result = await bench.CompareAsync(null);
        Assert.True(result.Verdict == DrillVerdict.Passed, $"{result.Verdict}: {result.Error}");
        Assert.Equal(DrillCheckStatus.Passed, result.LiveCheck.Status);
        Assert.Equal(result.Comparison!.LiveDigest, result.Comparison.RestoredDigest);

        var generation = await bench.GenerationAsync();
        foreach (var key in generation.Segments.Select(s => s.Key).Append(generation.Snapshots[0].Key))
        {
            var file = bench.FileOf(key);
            var sound = await File.ReadAllBytesAsync(file);
            var flipped = sound.ToArray();
            flipped[flipped.Length / 2] ^= 0x20;
            await File.WriteAllBytesAsync(file, flipped);
            var damaged = await bench.RunAsync();
            Assert.Equal((DrillVerdict.Failed, key), (damaged.Verdict, damaged.FirstBadObject));
            await File.WriteAllBytesAsync(file, sound);
        }
    }

    private static async Task<(DrillVerdict Verdict, ErrorCode? Code)> VerdictAsync(DrillBench bench)
    {
        var result = await bench.RunAsync();
        return (result.Verdict, result.Error?.Code);
    }

    private static void Rewrite(DrillBench bench, string name, string from, string to) =>
        bench.App.Execute($"PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}') WHERE name = '{name}'; PRAGMA writable_schema=OFF");
}
