using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>A restore over a database that is there, and what takes it back.</summary>
public sealed class DatabaseReplacementTests : ReplacementTests
{
    [Fact]
    public async Task It_is_replaced_kept_whole_and_put_back()
    {
        var changed = await ReplicateAndChangeAsync();
        var result = await RestoreAsync();

        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
        Assert.Equal(changed, Read(result.SafetyCopy!));
        Assert.Empty(Left("-wal", "-shm", "-journal"));

        var undone = new RestoreUndo(new()).Run(Database.Path, result.SafetyCopy!);
        Assert.Equal(changed, Read(Database.Path));
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(undone));
        Assert.False(File.Exists(result.SafetyCopy));

        new RestoreUndo(new()).Run(Database.Path, undone);
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
    }

    [Fact]
    public async Task What_only_the_WAL_of_a_killed_application_holds_is_kept()
    {
        await ReplicateAndChangeAsync();
        // the files as a kill leaves them
        var (crashed, wal) = (await CopyAsync("crashed.db", () => Database.App.Insert(7)), Database["crashed.db-wal"]);
        Assert.True(new FileInfo(wal).Length > 0);
        var expected = Database.App.Number("SELECT count(*) FROM item");

        var result = await RestoreAsync(crashed);

        using var former = Application.Open(result.SafetyCopy!);
        Assert.Equal(expected, former.Number("SELECT count(*) FROM item"));
        Assert.False(File.Exists(wal));
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(crashed));
    }

    [Fact]
    public async Task It_is_refused_while_somebody_has_it_open_and_nothing_has_changed()
    {
        await ReplicateAndChangeAsync();
        using var user = Application.Open(Database.Path);
        var before = user.Image();

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync());

        Assert.Equal(ErrorCode.RestoreTargetInUse, e.Code);
        if (OperatingSystem.IsLinux()) Assert.Contains("this process", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, user.Image());
        Assert.Empty(Left(".before-restore", ".restore-"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("BEGIN IMMEDIATE")]
    public async Task It_is_refused_where_only_SQLite_knows_of_the_user(string transaction)
    {
        await ReplicateAndChangeAsync();
        using var user = Application.Open(Database.Path);
        user.Number("SELECT count(*) FROM item");
        if (transaction.Length > 0) user.Execute(transaction);

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = new BlindFiles() }));

        Assert.Equal(ErrorCode.RestoreTargetInUse, e.Code);
    }

    [Fact]
    public async Task One_that_opens_it_in_the_last_moment_gets_it_back()
    {
        var changed = await ReplicateAndChangeAsync();
        var files = new LateUserFiles();

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = files }));

        Assert.Equal(ErrorCode.RestoreTargetInUse, e.Code);
        Assert.Equal(changed, Read(Database.Path));
        Assert.Empty(Left(".before-restore", ".restore-"));
    }

    [Fact]
    public async Task What_is_taken_back_never_has_a_name_that_a_later_restore_deletes()
    {
        await ReplicateAndChangeAsync();
        var names = new List<string>();
        var files = new LateUserFiles { Swapped = (from, to, former) => names.AddRange([from, to, former]) };

        await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = files }));

        Assert.Equal(6, names.Count);
        Assert.Contains(".restore-", names[0], StringComparison.Ordinal);
        Assert.All(names[1..], n => Assert.DoesNotContain(".restore-", n, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_both_are_used_nothing_is_deleted_and_it_is_said()
    {
        var changed = await ReplicateAndChangeAsync();

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = new LateUserFiles { IsRestoredUsed = true } }));

        Assert.Equal(ErrorCode.RestoreTargetInUse, e.Code);
        var former = Assert.Single(Left(".before-restore"));
        Assert.Contains(Path.GetFileName(former), e.Message, StringComparison.Ordinal);
        Assert.Equal(changed, Read(former));
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
    }

    [Fact]
    public async Task What_is_noDatabase_any_more_is_replaced_and_kept_with_its_WAL()
    {
        await ReplicateAndChangeAsync();
        await File.WriteAllTextAsync(Database.Path, new string('x', 5000));
        await File.WriteAllTextAsync(Database.WalPath, "a WAL");

        var result = await RestoreAsync();

        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(result.SafetyCopy!));
        Assert.Equal("a WAL", await File.ReadAllTextAsync(result.SafetyCopy + "-wal"));
        Assert.False(File.Exists(Database.WalPath));

        new RestoreUndo(new()).Run(Database.Path, result.SafetyCopy!);
        Assert.Equal("a WAL", await File.ReadAllTextAsync(Database.WalPath));
    }

    [Fact]
    public async Task One_that_SQLite_can_not_open_for_another_reason_is_left_alone()
    {
        var changed = await ReplicateAndChangeAsync();
        // what stands in the way of a WAL database as a right that this account lacks
        Directory.CreateDirectory(Database.WalPath);

        await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync());

        Directory.Delete(Database.WalPath);
        Assert.Equal(changed, Read(Database.Path));
        Assert.Empty(Left(".before-restore", ".restore-"));
    }

    [Theory]
    [InlineData("-wal", ExistingDatabase.Keep)]
    [InlineData("-wal", ExistingDatabase.Refuse)]
    [InlineData("-journal", ExistingDatabase.Refuse)]
    public async Task Nothing_is_restored_to_where_SQLite_keeps_the_log_of_another_database(string suffix, ExistingDatabase existing)
    {
        await ReplicateAndChangeAsync();
        if (existing == ExistingDatabase.Keep) await File.WriteAllTextAsync(Database.Path + suffix, "commits");

        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(Database.Path + suffix, existing));

        Assert.Equal(ErrorCode.InvalidArgument, e.Code);
        if (existing == ExistingDatabase.Keep) Assert.Equal("commits", await File.ReadAllTextAsync(Database.Path + suffix));
        else Assert.False(File.Exists(Database.Path + suffix));
    }

    [Fact]
    public async Task Without_a_safety_copy_nothing_of_it_stays()
    {
        await ReplicateAndChangeAsync();

        var result = await RestoreAsync(existing: ExistingDatabase.Discard);

        Assert.Null(result.SafetyCopy);
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
        Assert.Empty(Left(".before-restore", "-wal", "-shm"));
    }

    [Fact]
    public async Task A_link_stays_and_permissions_are_kept()
    {
        if (OperatingSystem.IsWindows()) return;
        await ReplicateAndChangeAsync();
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(Database.Path, Mode);
        File.CreateSymbolicLink(Database["link.db"], Database.Path);

        await RestoreAsync(Database["link.db"]);

        Assert.Equal(Database.Path, new FileInfo(Database["link.db"]).LinkTarget);
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
        Assert.Equal(Mode, File.GetUnixFileMode(Database.Path));
    }

    [Fact]
    public async Task What_only_the_WAL_of_the_safety_copy_holds_is_in_it_before_it_is_put_back()
    {
        await ReplicateAndChangeAsync();
        var safetyCopy = (await RestoreAsync()).SafetyCopy!;
        using (var admin = Application.Open(safetyCopy))
        {
            admin.Insert(3);
            admin.LeaveWalOnClose();
        }

        Assert.True(new FileInfo(safetyCopy + "-wal").Length > 0);

        // as if the system went down at the swap: what is beside the safety copy then is found by nobody
        var files = new WatchedSwapFiles(() => File.Exists(safetyCopy + "-wal"));
        new RestoreUndo(new() { Files = files }).Run(Database.Path, safetyCopy);

        Assert.False(files.Seen);
        using var former = Application.Open(Database.Path);
        Assert.Equal(28, former.Number("SELECT count(*) FROM item"));
    }

    [Theory]
    [InlineData("gone.db", "app.db", "gone.db")]
    [InlineData("app.db", "gone.db", "gone.db")]
    [InlineData("app.db", "folder", "folder")]
    public async Task What_is_not_there_is_not_put_back(string destination, string safetyCopy, string expected)
    {
        var changed = await ReplicateAndChangeAsync();
        Directory.CreateDirectory(Database["folder"]);

        var e = Assert.Throws<LitestreamException>(() => new RestoreUndo(new()).Run(Database[destination], Database[safetyCopy]));

        Assert.Equal((ErrorCode.DatabaseNotFound, Database[expected]), (e.Code, e.Target));
        Assert.Equal(changed, Read(Database.Path));
    }

    [Fact]
    public async Task A_WAL_that_SQLite_can_not_read_goes_to_where_a_link_leads()
    {
        if (OperatingSystem.IsWindows()) return;
        await ReplicateAndChangeAsync();
        await File.WriteAllTextAsync(Database.Path, new string('x', 5000));
        await File.WriteAllTextAsync(Database.WalPath, "a WAL");
        File.CreateSymbolicLink(Database["link.db"], Database.Path);
        var result = await RestoreAsync(Database["link.db"]);

        new RestoreUndo(new()).Run(Database["link.db"], result.SafetyCopy!);

        Assert.Equal("a WAL", await File.ReadAllTextAsync(Database.WalPath));
    }

    [Fact]
    public async Task A_restore_that_fails_leaves_it_as_it_was()
    {
        var changed = await ReplicateAndChangeAsync();
        var segment = Directory.GetFiles(Database["replica"], "*.snapshot.lz4", SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(segment, [1, 2, 3]);

        await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync());

        Assert.Equal(changed, Read(Database.Path));
        Assert.Empty(Left(".before-restore", ".restore-"));
    }

    /// <summary>Looks at something in the moment of the swap.</summary>
    private sealed class WatchedSwapFiles(Func<bool> look) : LocalFiles
    {
        public bool? Seen { get; private set; }

        public override void Swap(string from, string to, string former)
        {
            Seen = look();
            base.Swap(from, to, former);
        }
    }

    /// <summary>Somebody opens the file while it is replaced.</summary>
    private sealed class LateUserFiles : LocalFiles
    {
        private readonly List<FileIdentity> _used = [];

        public Action<string, string, string> Swapped { get; init; } = (_, _, _) => { };

        public bool IsRestoredUsed { get; init; }

        public override void Swap(string from, string to, string former)
        {
            base.Swap(from, to, former);
            if (_used.Count == 0)
            {
                _used.Add(Identify(former)!.Value);
                if (IsRestoredUsed) _used.Add(Identify(to)!.Value);
            }

            Swapped(from, to, former);
        }

        public override IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) => files.Any(_used.Contains) ? ["somebody (process 1)"] : [];
    }
}
