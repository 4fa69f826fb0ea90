using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Live;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Locks;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: somebody removes the -shm or the -wal, or both, under an application, which goes on with those that it has open. By itself it brings all into the file when it closes the
/// database; we had opened it again meanwhile, with new ones, so that its close was not the last one, and all that it had committed since then was lost.</summary>
[Collection("locks")]
public sealed class RemovedWalTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [SkippableTheory]
    [InlineData("-shm")]
    [InlineData("-wal")]
    [InlineData("-shm", "-wal")]
    public async Task What_an_application_commits_to_it_is_not_lost(params string[] removed)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows, and elsewhere nothing tells");
        await using var replication = RunningReplication.Start(_database);
        await replication.SyncAsync();
        _database.App.Insert();
        foreach (var suffix in removed) File.Delete(_database.Path + suffix);
        await UntilItIsRefusedAsync(replication);
        Assert.Contains("removed", replication.Status.LastError!.Message, StringComparison.Ordinal);

        await AssertNothingIsLostAsync(replication);
    }

    /// <summary>The same where a copy was put in the place of the -wal: nobody had that one open, and so it was opened.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nor_is_what_it_commits_where_another_WAL_was_put_in_the_place_of_its_own(bool hasIndex)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be replaced on Windows, and elsewhere nothing tells");
        await using var replication = RunningReplication.Start(_database);
        await replication.SyncAsync();
        _database.App.Insert();
        File.Copy(_database.Path + "-wal", _database["copy"]);
        if (!hasIndex) File.Delete(_database.Path + "-shm");
        File.Move(_database["copy"], _database.Path + "-wal", overwrite: true);
        await UntilItIsRefusedAsync(replication);

        await AssertNothingIsLostAsync(replication);
    }

    /// <summary>The same where another process opens the database meanwhile: it makes new ones, and by its locks on those it was opened. What the application had committed since, or ever if nobody had checkpointed,
    /// was lost though the other one wrote nothing.</summary>
    [SkippableFact]
    public async Task Nor_is_what_it_commits_while_another_process_has_the_database_open()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows, and elsewhere nothing tells");
        await using var replication = RunningReplication.Start(_database);
        await replication.SyncAsync();
        _database.App.Insert();
        File.Delete(_database.Path + "-shm");
        File.Delete(_database.Path + "-wal");
        using var other = OtherProcess.Start("checkpointer", _database.Path);
        while (!File.Exists(_database.Path + "-shm")) await Task.Delay(20);
        await UntilItIsRefusedAsync(replication);

        for (var i = 0; i < 5; i++)
        {
            _database.App.Insert();
            await Task.Delay(200); // it is tried to open the database meanwhile
        }

        other.End();
        await AssertNothingIsLostAsync(replication, already: 6);
    }

    /// <summary>The same where a replication or a drill begins only then, and knows nothing of the former files.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_seen_beside_another_process_without_having_known_the_former_files(bool isRemoved)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows, and elsewhere nothing tells");
        var files = LocalFileSystem.Instance;
        _database.App.Insert();
        if (isRemoved)
        {
            File.Delete(_database.Path + "-shm");
            File.Delete(_database.Path + "-wal");
        }

        using var other = OtherProcess.Start("checkpointer", _database.Path);
        var present = SourceFiles.Of(_database.Path, files);
        while (present.WalIndex is not { } index || LockHolders.Find(index, LinuxLockGuard.AttachedStart, LinuxLockGuard.AttachedLength).All(id => id == Environment.ProcessId))
        {
            await Task.Delay(20);
            present = SourceFiles.Of(_database.Path, files);
        }

        Assert.Equal(isRemoved, UnlockedUser.IsThere(_database.Path, present, files));
        other.End();
    }

    /// <summary>Where a tool read the -wal that was put there, it was taken for the one that is used, and what the application had committed was lost with its close.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_seen_beside_a_tool_that_reads_what_was_put_there(bool isCopy)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows, and elsewhere nothing tells");
        var files = LocalFileSystem.Instance;
        _database.App.Insert();
        if (isCopy) File.Copy(_database.WalPath, _database["other"]);
        else File.WriteAllBytes(_database["other"], []);
        File.Delete(_database.WalIndexPath);
        File.Move(_database["other"], _database.WalPath, overwrite: true);
        using var tool = File.OpenRead(_database.WalPath);

        Assert.True(UnlockedUser.IsThere(_database.Path, SourceFiles.Of(_database.Path, files), files));
        _database.CloseApp();
        Assert.False(UnlockedUser.IsThere(_database.Path, SourceFiles.Of(_database.Path, files), files));
    }

    /// <summary>The same where a drill reads the database just then: it waited for a sync with the database open, which could not come before the application's close.</summary>
    [SkippableFact]
    public async Task A_drill_lets_the_database_go()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows");
        _database.App.Insert();
        using var reader = await LiveReader.OpenAsync(_database.Path, new(), CancellationToken.None);
        File.Delete(_database.Path + "-wal");

        var error = await Assert.ThrowsAsync<LitestreamException>(
            () => reader.WhileSameAsync(token => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => true, token, TaskContinuationOptions.None, TaskScheduler.Default), CancellationToken.None));

        Assert.Equal(ErrorCode.DatabaseError, error.Code);
        Assert.Contains("removed or replaced", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Nobody has removed anything there, and whoever looked for it was told so.</summary>
    [SkippableFact]
    public void An_application_that_has_opened_it_by_a_second_link_is_told_of()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere nothing tells");
        var files = LocalFileSystem.Instance;
        _database.CloseApp();
        Assert.True(files.TryLink(_database.Path, _database["second.db"]));
        using var app = Application.Open(_database["second.db"]);
        app.Insert();

        var error = Assert.Throws<LitestreamException>(() => UnlockedUser.EnsureNone(_database.Path, SourceFiles.Of(_database.Path, files), files));

        Assert.Equal(ErrorCode.DatabaseLocked, error.Code);
        Assert.Contains("by another name", error.Message, StringComparison.Ordinal);
    }

    private static Task UntilItIsRefusedAsync(RunningReplication replication) => replication.UntilAsync(
        () => (replication.Status.LastError as LitestreamException)?.Code == ErrorCode.DatabaseLocked, "it is not opened beside the application");

    /// <summary>Not of what the application commits while it is refused, either.</summary>
    private async Task AssertNothingIsLostAsync(RunningReplication replication, int already = 1)
    {
        for (var i = 0; i < 10; i++) _database.App.Insert();
        _database.CloseApp();
        await replication.WaitForAsync(ReplicationEventKind.Reconciled);
        _database.ReopenApp();

        Assert.Equal(already + 10, _database.App.Number("SELECT count(*) FROM item"));
        await replication.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
    }
}
