using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a metadata folder that somebody removed while its replication ran was never made again, where that had to do with the state: each try failed, and syncs
/// waited for ever. Where it was made again it had other permissions, and no lock.</summary>
public sealed class RemovedFolderTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly HookedFileSystem _files = new();

    public RemovedFolderTests() => _database.App.Insert(10);

    private string Root => MetadataFolder.DefaultPath(_database.Path);

    public void Dispose() => _database.Dispose();

    [SkippableTheory]
    [InlineData("open", "/state")]
    [InlineData("flush", "/state")]
    [InlineData("open", ".wal.lz4.tmp")]
    [InlineData("rename", ".wal.lz4")]
    public async Task It_is_made_again_as_it_was(string operation, string suffix)
    {
        Skip.If(OperatingSystem.IsWindows(), "a file that is locked can't be removed there");
        await using (var replication = Start())
        {
            await replication.SyncAsync();
            var (mode, id, former) = (_files.GetUnixMode(Root), Id(), replication.Generation);
            RemoveBefore(operation, suffix);
            _database.App.Insert();
            await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
            await replication.SyncAsync();
            Assert.Equal(ErrorCode.MetadataCorrupt, Assert.IsType<LitestreamException>((await replication.WaitForAsync(ReplicationEventKind.ContinuityLost)).Error).Code);
            Assert.NotEqual(former, replication.Generation);
            Assert.Equal((mode, id), (_files.GetUnixMode(Root), Id()));
            Assert.Null(LocalFileSystem.Instance.TryLock(Path.Combine(Root, "lock")));
            await Restored.AssertIsAsync(_database, _database.App.Image());
            _database.App.Insert();
            await replication.SyncAsync();
            Assert.Equal(2, replication.Count(ReplicationEventKind.GenerationStarted));
            await replication.StopAsync();
        }

        await using var next = Start();
        _database.App.Insert();
        await next.SyncAsync();
        Assert.Equal(0, next.Count(ReplicationEventKind.GenerationStarted));
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    /// <summary>The last segment that a replica holds is kept in the folder, to compare it with.</summary>
    [SkippableTheory]
    [InlineData("")]
    [InlineData("generations")]
    public async Task What_follows_is_shipped_though_the_last_segment_can_not_be_compared(string removed)
    {
        Skip.If(OperatingSystem.IsWindows(), "a file that is locked can't be removed there");
        await using var replication = Start();
        for (var i = 0; i < 3; i++)
        {
            await replication.SyncAsync();
            _database.App.Insert();
        }

        await replication.SyncAsync();
        Directory.Delete(Path.Combine(Root, removed), recursive: true);
        _database.App.Insert();

        await replication.SyncAsync();

        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [SkippableFact]
    public async Task It_is_made_again_where_nothing_was_open()
    {
        Skip.IfNot(_files.TellsAtOnce, "a database is let go only where the system tells of each write");
        await using var replication = RunningReplication.Start(_database, o => o with
        {
            IdleAfter = TimeSpan.FromMilliseconds(200),
            CheckpointQuietInterval = TimeSpan.FromMilliseconds(50),
        });
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Idle, "it is let go");
        Directory.Delete(Root, recursive: true);
        _database.App.Insert();
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [SkippableTheory]
    [InlineData(true, ErrorCode.ReplicationAlreadyRunning)]
    [InlineData(false, ErrorCode.MetadataCorrupt)]
    public async Task Another_ones_folder_in_its_place_is_left_alone(bool isInUse, ErrorCode expected)
    {
        Skip.If(OperatingSystem.IsWindows(), "a file that is locked can't be removed there");
        using var other = new TestDatabase();
        await using var replication = Start();
        await replication.SyncAsync();
        Directory.Delete(Root, recursive: true);
        await using (var another = RunningReplication.Start(other, o => o with { MetadataPath = Root }))
        {
            await another.SyncAsync();
            if (!isInUse) await another.StopAsync();
            var state = await File.ReadAllBytesAsync(Path.Combine(Root, "state"));
            _database.App.Insert();
            await replication.UntilAsync(() => replication.Events.Any(e => (e.Error as LitestreamException)?.Code == expected), "it is told");
            await replication.UntilAsync(() => Record.Exception(() => replication.SyncAsync().GetAwaiter().GetResult()) is LitestreamException e && e.Code == expected, "a sync is refused");
            Assert.Equal(state, await File.ReadAllBytesAsync(Path.Combine(Root, "state")));
        }

        Directory.Delete(Root, recursive: true);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [Theory]
    [InlineData(13, ErrorCode.MetadataUnwritable)]
    [InlineData(28, ErrorCode.DiskFull)]
    public async Task A_sync_is_told_what_is_wrong_with_a_folder_that_cannot_be_written(int system, ErrorCode expected)
    {
        await using var replication = RunningReplication.Start(_database, environment: new() { Files = _files, Time = new QuickTime() });
        await replication.SyncAsync();
        var hook = _files.Before;
        _files.Before = (operation, path) =>
        {
            if (operation == "open" && path.EndsWith(".wal.lz4.tmp", StringComparison.Ordinal) && path.StartsWith(Root, StringComparison.Ordinal))
                throw new IOException("It can't be written.", system);
        };
        _database.App.Insert();
        var error = await Assert.ThrowsAsync<LitestreamException>(replication.SyncAsync);
        Assert.Equal(expected, error.Code);
        Assert.True(replication.Count(ReplicationEventKind.RetryScheduled) > 1, "not by the first one");
        _files.Before = hook;
        await replication.SyncAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    private RunningReplication Start() => RunningReplication.Start(_database, environment: new() { Files = _files });

    private string Id() => File.ReadAllText(Path.Combine(Root, "id"));

    private void RemoveBefore(string operation, string suffix)
    {
        var isDone = 0;
        _files.Before = (done, path) =>
        {
            if (done == operation && path.StartsWith(Root, StringComparison.Ordinal) && path.EndsWith(suffix, StringComparison.Ordinal) && Interlocked.Exchange(ref isDone, 1) == 0)
                Directory.Delete(Root, recursive: true);
        };
    }
}
