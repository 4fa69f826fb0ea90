using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Configuration;

public sealed class FolderMonitorTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private FolderMonitor? _monitor;

    public void Dispose()
    {
        _monitor?.Dispose();
        _folder.Dispose();
    }

    private string Database => _folder["a.db"];

    [Fact]
    public void What_comes_is_told_once()
    {
        var monitor = Monitor();
        Assert.Empty(monitor.Look(default).Come);

        Create(Database);

        Assert.Equal([Database], monitor.Look(default).Come);
        Assert.Empty(monitor.Look(default).Come);
    }

    [Fact]
    public void What_is_known_already_does_not_come()
    {
        Create(Database);

        Assert.Empty(Monitor(known: Database).Look(default).Come);
    }

    [Fact]
    public void What_belongs_to_another_entry_does_not_come()
    {
        Create(Database);

        Assert.Empty(Monitor(isMeant: path => path != Database).Look(default).Come);
    }

    [Fact]
    public void What_is_away_for_a_moment_has_not_gone()
    {
        Create(Database);
        var monitor = Monitor(known: Database);
        File.Delete(Database);
        Assert.Empty(monitor.Look(default).Gone);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(monitor.Look(default).Gone);

        Create(Database);
        Assert.Empty(monitor.Look(default).Gone);
        File.Delete(Database);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(monitor.Look(default).Gone);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([Database], monitor.Look(default).Gone);
        Assert.Empty(monitor.Look(default).Gone);
        Create(Database);
        Assert.Equal([Database], monitor.Look(default).Come);
    }

    [Fact]
    public void What_is_forgotten_comes_again()
    {
        Create(Database);
        var monitor = Monitor();
        Assert.Equal([Database], monitor.Look(default).Come);

        monitor.Forget(Database);

        Assert.Equal([Database], monitor.Look(default).Come);
    }

    [Fact]
    public void Database_without_wal_comes_when_its_application_has_switched_it()
    {
        Create(Database, journalMode: "delete");
        var monitor = Monitor();
        AssertNothing(monitor.Look(default));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(ErrorCode.DatabaseNotWal, Assert.Single(monitor.Look(default).Failures).Code);
        AssertNothing(monitor.Look(default));

        Create(Database);

        Assert.Equal([Database], monitor.Look(default).Come);
    }

    [Fact]
    public void Trouble_is_told_once_as_long_as_it_lasts()
    {
        var files = new Troubled(_folder.Path);
        _monitor = new(Folder(), _ => true, [], new() { Time = _time, Files = files });
        Assert.Single(_monitor.Look(default).Failures);
        Assert.Empty(_monitor.Look(default).Failures);

        files.IsTroubled = false;
        Assert.Empty(_monitor.Look(default).Failures);
        files.IsTroubled = true;

        Assert.Single(_monitor.Look(default).Failures);
    }

    [Fact]
    public async Task Wait_ends_by_the_clock_where_nothing_is_told()
    {
        var monitor = Monitor();
        monitor.Look(default);
        var wait = monitor.WaitAsync(null, default);
        Assert.False(wait.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(10));

        await wait.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Wait_ends_soon_after_a_database_has_come()
    {
        var monitor = Monitor();
        monitor.Look(default);
        var wait = monitor.WaitAsync(null, default);

        Create(Database);
        // less than the interval in all
        for (var i = 0; i < 9000 && !wait.IsCompleted; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Delay(1);
        }

        Assert.True(wait.IsCompleted);
    }

    [Fact]
    public void Folder_that_comes_later_is_watched_then()
    {
        Directory.Delete(_folder.Path);
        var monitor = Monitor();
        AssertNothing(monitor.Look(default));
        Directory.CreateDirectory(_folder.Path);
        Create(Database);

        Assert.Equal([Database], monitor.Look(default).Come);
    }

    /// <summary>That the folder is there and may be used is no use to check then.</summary>
    [Fact]
    public void A_folder_for_which_no_watcher_is_left_is_looked_at_and_that_is_told()
    {
        Create(Database);
        using var monitor = new FolderMonitor(Folder(), _ => true, [], new() { Time = _time, Files = new Unwatchable() });
        var changes = monitor.Look(default);

        Assert.Equal([Database], changes.Come);
        var failure = Assert.Single(changes.Failures);
        Assert.Contains("none left", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("It is looked at every 10 s instead.", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_wait_and_look_end()
    {
        var monitor = Monitor();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => monitor.WaitAsync(null, new(canceled: true)));
        Assert.ThrowsAny<OperationCanceledException>(() => monitor.Look(new(canceled: true)));
    }

    private static void AssertNothing(FolderChanges changes)
    {
        Assert.Empty(changes.Come);
        Assert.Empty(changes.Gone);
        Assert.Empty(changes.Failures);
    }

    private static void Create(string path, string journalMode = "wal")
    {
        using var application = Application.Open(path, create: true);
        application.Execute($"PRAGMA journal_mode={journalMode}; CREATE TABLE IF NOT EXISTS item(id)");
    }

    private FolderMonitor Monitor(string? known = null, Func<string, bool>? isMeant = null) =>
        _monitor = new(Folder(), isMeant ?? (_ => true), known is null ? [] : [known], new() { Time = _time });

    private DatabaseFolder Folder() => new()
    {
        Path = _folder.Path,
        Pattern = "*.db",
        Template = new() { Path = _folder.Path, SyncInterval = TimeSpan.FromSeconds(1), RetentionCheckInterval = TimeSpan.FromHours(1), CheckpointPageCount = 1000 },
    };

    private sealed class Unwatchable : LocalFiles
    {
        public override IDisposable? WatchFolder(string directory, bool recursive, Action<string> changed) => throw new IOException("There is none left.");
    }

    private sealed class Troubled(string folder) : LocalFiles
    {
        public bool IsTroubled { get; set; } = true;

        public override IReadOnlyList<Litestream.Engine.Files.FileEntry> List(string directory) =>
            IsTroubled && directory == folder ? throw new IOException("troubled") : base.List(directory);
    }
}
