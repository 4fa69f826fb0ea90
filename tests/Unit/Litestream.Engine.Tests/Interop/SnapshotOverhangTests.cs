using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;
using Xunit.Abstractions;

namespace Litestream.Engine.Tests.Interop;

/// <summary>
/// Replica format 5.4: Litestream 0.3.13 is started on a database that was written to meanwhile, and makes a snapshot at once, which holds
/// frames that it ships only later (here because something is in the way at first). For a time between the two it replays older frames over newer pages.
/// </summary>
public sealed class SnapshotOverhangTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private GenerationInfo _generation = null!;
    private List<MeasuredSegment> _segments = null!;

    private string Replica => _folder["replica"];

    private SnapshotInfo Snapshot => _generation.Snapshots.Single();

    private WalSegmentInfo Late => _generation.Segments[^1];

    private DateTimeOffset Between => Snapshot.CreatedAt + (Late.CreatedAt - Snapshot.CreatedAt) / 2;

    public async Task InitializeAsync()
    {
        if (!LitestreamOracle.IsSupported) return;
        var path = _folder["app.db"];
        using var database = SourceDatabase.Create(path, setup: "PRAGMA wal_autocheckpoint=0");
        // pages that the first segments do not bring
        database.Insert(300, 2000);
        database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        await using (var oracle = await OracleReplication.StartAsync(path, Replica, new()))
        {
            for (var i = 0; i < 5; i++) await oracle.AfterAsync(() => database.Insert(20, 2000));
            await oracle.StopAsync();
        }

        var end = (await ReadAsync())[^1].End;
        database.Execute("DELETE FROM item WHERE id <= 200");
        database.Insert(20, 2000);
        // the next snapshot is overdue, and the next segment can't be shipped
        var snapshot = Directory.GetFiles(Replica, "*.snapshot.lz4", SearchOption.AllDirectories).Single();
        File.SetLastWriteTimeUtc(snapshot, DateTime.UtcNow.AddDays(-1));
        var obstacle = Path.Combine(Replica, ObjectKey.Segment(_generation.Id, end) + ".tmp");
        Directory.CreateDirectory(Path.Combine(obstacle, "in the way"));
        await using (var oracle = await OracleReplication.StartAsync(path, Replica, new(SnapshotInterval: TimeSpan.FromHours(1))))
        {
            await oracle.WaitAsync(() => File.GetLastWriteTimeUtc(snapshot) > DateTime.UtcNow.AddHours(-1));
            await oracle.KillAsync();
        }

        Directory.Delete(obstacle, recursive: true);
        await using (var oracle = await OracleReplication.StartAsync(path, Replica, new()))
        {
            await oracle.WaitAsync(() => File.Exists(Path.Combine(Replica, ObjectKey.Segment(_generation.Id, end))));
            await oracle.KillAsync();
        }

        _segments = await ReadAsync();
    }

    private async Task<List<MeasuredSegment>> ReadAsync()
    {
        await using var client = RunningReplication.Folder(Replica);
        var catalog = new ReplicaCatalog(client);
        _generation = Assert.Single(await catalog.ListGenerationsAsync(default).ToListAsync());
        return await catalog.MeasureSegmentsAsync(_generation, default).ToListAsync();
    }

    [SkippableFact]
    public async Task Restore_into_the_hole_fails_instead_of_mixing()
    {
        LitestreamOracle.SkipWhereMissing();
        Assert.True(Snapshot.CreatedAt < Late.CreatedAt, "Litestream did not leave the hole");
        var theirs = _folder["theirs.db"];
        await LitestreamOracle.RestoreAsync(Replica, theirs, "-timestamp", RestorePoint.Format(Between));
        var check = DamagedReplica.Check(theirs);
        output.WriteLine($"Litestream restores {RestorePoint.Format(Between)} with exit 0; integrity_check: {check}");
        Assert.NotEqual("ok", check);

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(new() { Timestamp = Between }));

        output.WriteLine($"ours: {e.Code}: {e.Message} {e.Hint}");
        Assert.Equal((ErrorCode.RestorePointNotFound, Snapshot.Key), (e.Code, e.Target));
        Assert.False(File.Exists(_folder["ours.db"]));
    }

    [SkippableFact]
    public async Task Restore_into_the_hole_is_the_snapshot_alone_where_it_may_be_partial()
    {
        LitestreamOracle.SkipWhereMissing();
        var result = await RestoreAsync(new() { Timestamp = Between, AllowPartial = true });
        Assert.Equal((0, Snapshot.Key), (result.Plan.Segments.Count, result.Loss!.Key));
        Assert.Equal([RestoreWarningKind.SnapshotSkipped, RestoreWarningKind.Partial], result.Warnings.Select(w => w.Kind));
    }

    [SkippableFact]
    public async Task Restore_to_a_commit_before_the_snapshots_own_fails_and_to_its_own_does_not()
    {
        LitestreamOracle.SkipWhereMissing();
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreTo(_segments[^2].End));
        Assert.Equal(ErrorCode.RestorePointNotFound, e.Code);
        await RestoreTo(_segments[^1].End);

        Task<RestoreResult> RestoreTo(Position end) => RestoreAsync(new() { Index = end.Index, Offset = end.Offset });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    private async Task<RestoreResult> RestoreAsync(RestoreRequest request)
    {
        await using var client = RunningReplication.Folder(Replica);
        var plan = await new RestorePlanner(client).PlanAsync(request, default);
        return await new Restorer(new()).RestoreAsync(client, plan, _folder["ours.db"], new() { Check = IntegrityCheckMode.Full }, null, default);
    }
}
