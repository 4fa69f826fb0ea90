using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Others reach for a database in the very moment in which a restore replaces it, or an undo.</summary>
public sealed class CrossingRestoreTests : ReplacementTests
{
    [Fact]
    public async Task What_another_restore_has_put_there_meanwhile_is_not_replaced()
    {
        var changed = await ReplicateAndChangeAsync();
        string? first = null;
        var files = new SteppingFiles();
        files.AfterIdentify = path =>
        {
            if (path != Database.Path || files.Count(path) != 3) return;
            // between the look at the file and the lock on it
            first = RestoreAsync().GetAwaiter().GetResult().SafetyCopy;
        };

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = files }));

        Assert.Equal(ErrorCode.RestoreTargetInUse, e.Code);
        Assert.Contains("another restore", e.Message, StringComparison.Ordinal);
        Assert.Equal(first, Assert.Single(Left(".before-restore")));
        Assert.Equal(changed, Read(first!));
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
    }

    [Fact]
    public async Task Who_uses_what_was_put_there_after_that_gets_it_back()
    {
        await ReplicateAndChangeAsync();
        // nothing is locked where SQLite can't read what is there
        await File.WriteAllTextAsync(Database.Path, new string('x', 5000));
        await File.WriteAllTextAsync(Database["other.db"], "of another restore");
        var files = new OvertakenFiles(Database["other.db"]);

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = files }));

        Assert.Equal(ErrorCode.RestoreTargetInUse, e.Code);
        Assert.Equal("of another restore", await File.ReadAllTextAsync(Database.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_of_this_process_that_opens_it_in_the_last_moment_gets_it_back(bool isBeforeTheLock)
    {
        if (!OperatingSystem.IsLinux()) return;
        var changed = await ReplicateAndChangeAsync();
        var user = default(Application);
        var files = new SteppingFiles();
        if (isBeforeTheLock) files.AfterIdentify = path => user ??= path == Database.Path && files.Count(path) == 3 ? Application.Open(path) : null;
        else files.AfterSwap = former => user ??= Application.Open(former);

        LitestreamException e;
        try
        {
            e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = files }));
        }
        finally
        {
            user?.Dispose();
        }

        Assert.Equal(ErrorCode.RestoreTargetInUse, e.Code);
        Assert.Contains("this process", e.Message, StringComparison.Ordinal);
        Assert.Equal(changed, Read(Database.Path));
        Assert.Empty(Left(".before-restore", ".restore-", ".not-restored"));
    }

    [Theory]
    [InlineData(2, ErrorCode.RestoreTargetUnwritable)]
    [InlineData(3, ErrorCode.RestoreTargetInUse)]
    public async Task One_that_is_deleted_before_it_is_held_is_not_replaced(int looks, ErrorCode expected)
    {
        if (OperatingSystem.IsWindows()) return;
        await ReplicateAndChangeAsync();
        var files = new SteppingFiles();
        files.BeforeIdentify = path =>
        {
            if (path == Database.Path && files.Count(path) == looks) File.Delete(path);
        };

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = files }));

        Assert.Equal(expected, e.Code);
        Assert.False(File.Exists(Database.Path));
        Assert.Empty(Left(".before-restore", ".restore-"));
    }

    [Fact]
    public async Task A_safety_copy_that_is_taken_away_at_once_makes_no_failure_of_a_restore()
    {
        await ReplicateAndChangeAsync();

        await RestoreAsync(environment: new() { Files = new SteppingFiles { AfterSwap = File.Delete } });

        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
    }

    [Fact]
    public async Task Nobody_can_write_to_the_safety_copy_while_it_is_put_back()
    {
        await ReplicateAndChangeAsync();
        var safetyCopy = (await RestoreAsync()).SafetyCopy!;
        var answer = 0;
        var files = new BeforeSwapFiles(() =>
        {
            using var other = Application.Open(safetyCopy);
            answer = other.TryExecute("INSERT INTO item(data) VALUES ('late')");
        });

        new RestoreUndo(new() { Files = files }).Run(Database.Path, safetyCopy);

        Assert.Equal(SQLitePCL.raw.SQLITE_BUSY, answer);
    }

    [Fact]
    public async Task A_second_name_of_the_database_is_no_safety_copy()
    {
        if (OperatingSystem.IsWindows()) return;
        var changed = await ReplicateAndChangeAsync();
        Assert.True(LocalFileSystem.Instance.TryLink(Database.Path, Database["second.db"]));

        var e = Assert.Throws<LitestreamException>(() => new RestoreUndo(new()).Run(Database.Path, Database["second.db"]));

        Assert.Equal(ErrorCode.InvalidArgument, e.Code);
        Assert.Equal(changed, Read(Database.Path));
    }

    [Fact]
    public async Task A_safety_copy_in_another_folder_is_not_copied_into_place()
    {
        var changed = await ReplicateAndChangeAsync();
        Directory.CreateDirectory(Database["elsewhere"]);
        File.Copy(Database.Path, Database["elsewhere/app.db"]);

        var e = Assert.Throws<LitestreamException>(() => new RestoreUndo(new()).Run(Database.Path, Database["elsewhere/app.db"]));

        Assert.Equal(ErrorCode.InvalidArgument, e.Code);
        Assert.Equal(changed, Read(Database.Path));
    }

    /// <summary>Steps in before and behind a look at a file, and behind a swap. The system tells nothing of other processes.</summary>
    private sealed class SteppingFiles : LocalFiles
    {
        private readonly Dictionary<string, int> _counts = [];

        public Action<string> BeforeIdentify { get; set; } = _ => { };

        public Action<string> AfterIdentify { get; set; } = _ => { };

        public Action<string> AfterSwap { get; set; } = _ => { };

        public int Count(string path) => _counts.GetValueOrDefault(path);

        public override FileIdentity? Identify(string path)
        {
            BeforeIdentify(path);
            var identity = base.Identify(path);
            _counts[path] = Count(path) + 1;
            AfterIdentify(path);
            return identity;
        }

        public override void Swap(string from, string to, string former)
        {
            base.Swap(from, to, former);
            AfterSwap(former);
        }
    }

    /// <summary>Another restore and somebody who uses what it has made come between.</summary>
    private sealed class OvertakenFiles(string other) : LocalFiles
    {
        private FileIdentity? _used;

        public override void CopyAccess(string from, string to)
        {
            base.CopyAccess(from, to);
            File.Move(other, from, overwrite: true);
            _used = Identify(from);
        }

        public override IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) =>
            _used is { } used && files.Contains(used) ? ["somebody (process 1)"] : [];
    }

    private sealed class BeforeSwapFiles(Action step) : LocalFiles
    {
        public override void Swap(string from, string to, string former)
        {
            step();
            base.Swap(from, to, former);
        }
    }
}
