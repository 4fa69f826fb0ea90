using Litestream.Engine.Files;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

public sealed class RestoreFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Target => _folder["app.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TidyUp_deletes_what_killed_restores_to_the_same_target_left_behind()
    {
        foreach (var suffix in new[] { "", "-spill", "-journal", "-lock" }) Write($"app.db.restore-0badcafe{suffix}");
        string[] others = ["other.db.restore-0badcafe", "other.db.restore-0badcafe-lock", "app.db.restore-0badcafe.bak", "app.db.restore-notes",
            "app.db.restore-12345678", "app.db.restore-0BADCAFE-lock"];
        foreach (var name in others) Write(name);
        RestoreFiles.TidyUp(LocalFileSystem.Instance, Target);
        Assert.Equal(others.Order(StringComparer.Ordinal), Names());
    }

    [Fact]
    public void TidyUp_leaves_a_restore_that_is_under_way()
    {
        using (var living = RestoreFiles.Begin(new(), Target))
        {
            File.WriteAllText(living.Path, "half");
            File.WriteAllText(living.SpillPath, "aside");
            RestoreFiles.TidyUp(LocalFileSystem.Instance, Target);
            Assert.Equal(3, Names().Count);
            living.Delete();
        }

        Assert.Empty(Names());
    }

    [Fact]
    public void RestoreTarget_tidies_up_before_it_begins()
    {
        Write("app.db.restore-0badcafe");
        Write("app.db.restore-0badcafe-lock");
        using (var target = RestoreTarget.Create(new(), Target, ExistingDatabase.Refuse)) Assert.DoesNotContain("app.db.restore-0badcafe", Names());
        Assert.Empty(Names());
    }

    [Fact]
    public void TidyUp_leaves_what_another_account_has_left_behind_and_deletes_all_else()
    {
        string[] foreign = ["app.db.restore-00000000", "app.db.restore-00000000-lock"];
        foreach (var name in foreign) Write(name);
        Write("app.db.restore-0badcafe");
        Write("app.db.restore-0badcafe-lock");
        RestoreFiles.TidyUp(new ForeignFiles(_folder["app.db.restore-00000000-lock"]), Target);
        Assert.Equal(foreign, Names());
    }

    [Fact]
    public void RestoreTarget_that_can_not_be_made_leaves_nothing()
    {
        Assert.Throws<IOException>(() => RestoreTarget.Create(new() { Files = new UncreatableFiles() }, Target, ExistingDatabase.Refuse));
        Assert.Empty(Names());
    }

    private void Write(string name) => File.WriteAllText(_folder[name], name);

    private List<string> Names() => [.. Directory.GetFiles(_folder.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private sealed class ForeignFiles(string foreign) : LocalFiles
    {
        public override IDisposable? TryLock(string path, UnixFileMode? unixMode = null) =>
            path == foreign ? throw new UnauthorizedAccessException("Permission denied") : base.TryLock(path, unixMode);
    }

    private sealed class UncreatableFiles : LocalFiles
    {
        public override IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) => throw new IOException("Input/output error", 5);
    }
}
