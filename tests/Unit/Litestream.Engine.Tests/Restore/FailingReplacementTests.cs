using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>A replacing restore, and an undo, that fail or die at each of their steps: the database is the former one or the new one, whole.</summary>
public sealed class FailingReplacementTests : ReplacementTests
{
    [Fact]
    public async Task The_WAL_of_what_SQLite_can_not_read_comes_back_when_the_swap_fails()
    {
        await ReplicateAndChangeAsync();
        await File.WriteAllTextAsync(Database.Path, new string('x', 5000));
        await File.WriteAllTextAsync(Database.WalPath, "a WAL");

        await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = new FailingSwapFiles() }));

        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(Database.Path));
        Assert.Equal("a WAL", await File.ReadAllTextAsync(Database.WalPath));
        Assert.Empty(Left(".before-restore", ".restore-"));
    }

    [Fact]
    public async Task It_comes_back_whole_when_its_new_name_can_not_be_flushed()
    {
        var changed = await ReplicateAndChangeAsync();

        await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = new FailingFlushFiles() }));

        Assert.Equal(changed, Read(Database.Path));
        Assert.Empty(Left(".before-restore", ".restore-"));
    }

    [Fact]
    public async Task An_undo_that_fails_leaves_both_as_they_were()
    {
        var changed = await ReplicateAndChangeAsync();
        var safetyCopy = (await RestoreAsync()).SafetyCopy!;

        var e = Assert.Throws<LitestreamException>(() => new RestoreUndo(new() { Files = new FailingSwapFiles() }).Run(Database.Path, safetyCopy));

        Assert.Equal((ErrorCode.RestoreTargetUnwritable, Database.Path), (e.Code, e.Target));
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
        Assert.Equal(changed, Read(safetyCopy));
    }

    /// <summary>File systems without an exchange, without links, without both; and a name that can't be given in the end.</summary>
    [Theory]
    [InlineData(true, true, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, true, true)]
    [InlineData(false, false, true)]
    public async Task A_swap_works_or_leaves_everything_as_it_was(bool hasExchange, bool hasLinks, bool isFailing)
    {
        var (from, to, former) = (Database["from"], Database["to"], Database["former"]);
        await File.WriteAllTextAsync(from, "new");
        await File.WriteAllTextAsync(to, "old");
        var files = new PoorFiles(hasExchange, hasLinks, isFailing ? hasExchange ? former : to : null);

        if (isFailing) Assert.Throws<IOException>(() => FileSwap.Run(files, from, to, former));
        else FileSwap.Run(files, from, to, former);

        Assert.Equal(isFailing ? "old" : "new", await File.ReadAllTextAsync(to));
        Assert.Equal(isFailing, File.Exists(from));
        Assert.Equal(!isFailing, File.Exists(former));
        if (!isFailing) Assert.Equal("old", await File.ReadAllTextAsync(former));
        Assert.Empty(Left(FileSwap.Suffix));
    }

    [Theory]
    [InlineData(ExistingDatabase.Keep)]
    [InlineData(ExistingDatabase.Discard)]
    public async Task Dead_at_any_step_of_a_restore_it_is_whole_and_another_restore_works(ExistingDatabase existing)
    {
        var changed = await ReplicateAndChangeAsync();
        var former = await File.ReadAllBytesAsync(Database.Path);
        var seen = new HashSet<bool>();
        for (var steps = 0; ; steps++)
        {
            var files = new MortalFileSystem(steps);
            var death = await Record.ExceptionAsync(() => RestoreAsync(existing: existing, environment: new() { Files = files }));
            if (!files.IsDead)
            {
                Assert.Null(death);
                break;
            }

            var isNew = CheckWhole(changed);
            seen.Add(isNew);
            // what is kept under the name of the former one is the former one
            foreach (var kept in Left(".before-restore").Where(p => !p.Contains(FileSwap.Suffix, StringComparison.Ordinal))) Assert.Equal(changed, Read(kept));
            if (isNew && existing == ExistingDatabase.Keep) Assert.NotEmpty(Left(".before-restore"));

            var again = await RestoreAsync(existing: existing);
            Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
            Assert.Equal(existing == ExistingDatabase.Keep, again.SafetyCopy is not null);
            Assert.Empty(Left(".restore-"));
            await ResetAsync(former);
        }

        Assert.Equal([false, true], seen.Order());
    }

    [Fact]
    public async Task Dead_at_any_step_the_WAL_of_what_SQLite_can_not_read_is_never_beside_the_new_one()
    {
        await ReplicateAndChangeAsync();
        var (unreadable, wal) = (new string('x', 5000), "a WAL");
        for (var steps = 0; ; steps++)
        {
            await File.WriteAllTextAsync(Database.Path, unreadable);
            await File.WriteAllTextAsync(Database.WalPath, wal);
            var files = new MortalFileSystem(steps);
            await Record.ExceptionAsync(() => RestoreAsync(environment: new() { Files = files }));

            var isNew = await File.ReadAllTextAsync(Database.Path) != unreadable;
            var logs = Left("-wal");
            Assert.Equal(wal, await File.ReadAllTextAsync(Assert.Single(logs)));
            if (isNew)
            {
                Assert.Equal(Replicated, await File.ReadAllBytesAsync(Database.Path));
                Assert.NotEqual(Database.WalPath, logs[0]);
            }

            if (!files.IsDead) return;
            await ResetAsync([]);
        }
    }

    [Fact]
    public async Task Dead_at_any_step_of_an_undo_it_is_whole_and_both_are_kept()
    {
        var changed = await ReplicateAndChangeAsync();
        var former = await File.ReadAllBytesAsync(Database.Path);
        var seen = new HashSet<bool>();
        for (var steps = 0; ; steps++)
        {
            var safetyCopy = (await RestoreAsync()).SafetyCopy!;
            var files = new MortalFileSystem(steps);
            var death = Record.Exception(() => new RestoreUndo(new() { Files = files }).Run(Database.Path, safetyCopy));
            var isNew = CheckWhole(changed);
            seen.Add(isNew);
            var other = Assert.Single(Left(".before-restore", ".undone"));
            Assert.Equal(isNew ? changed : Replicated, Read(other));
            if (!files.IsDead)
            {
                Assert.Null(death);
                break;
            }

            // the way back is open, by whatever name the other one has
            new RestoreUndo(new()).Run(Database.Path, other);
            Assert.Equal(!isNew, CheckWhole(changed));
            await ResetAsync(former);
        }

        Assert.Equal([false, true], seen.Order());
    }

    // Whether it is the new one
    private bool CheckWhole(byte[] changed)
    {
        // SQLite leaves an empty one, which says nothing
        foreach (var log in Left("-wal", "-shm"))
        {
            Assert.Equal(0, new FileInfo(log).Length);
            File.Delete(log);
        }

        var bytes = Read(Database.Path);
        if (bytes.SequenceEqual(Replicated)) return true;
        Assert.Equal(changed, bytes);
        return false;
    }

    private async Task ResetAsync(byte[] former)
    {
        foreach (var file in Left("app.db")) File.Delete(file);
        await File.WriteAllBytesAsync(Database.Path, former);
    }

    private sealed class FailingSwapFiles : LocalFiles
    {
        public override bool TryExchange(string one, string other) => throw new IOException("The device does not answer.");

        public override void Swap(string from, string to, string former)
        {
            if (OperatingSystem.IsWindows()) throw new IOException("The device does not answer.");
            base.Swap(from, to, former);
        }
    }

    private sealed class FailingFlushFiles : LocalFiles
    {
        private bool _isSwapped;

        public override void Swap(string from, string to, string former)
        {
            base.Swap(from, to, former);
            _isSwapped = true;
        }

        public override void FlushDirectory(string directory)
        {
            if (_isSwapped) throw new IOException("The device does not answer.");
            base.FlushDirectory(directory);
        }
    }

    private sealed class PoorFiles(bool hasExchange, bool hasLinks, string? refused) : LocalFiles
    {
        private string? _refused = refused;

        public override bool TryExchange(string one, string other) => hasExchange && base.TryExchange(one, other);

        public override bool TryLink(string from, string to) => hasLinks && base.TryLink(from, to);

        public override void Rename(string from, string to, bool overwrite)
        {
            if (to == _refused)
            {
                _refused = null;
                throw new IOException("The device does not answer.");
            }

            base.Rename(from, to, overwrite);
        }
    }
}
