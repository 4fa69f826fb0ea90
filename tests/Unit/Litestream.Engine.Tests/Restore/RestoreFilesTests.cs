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

    private void Write(string name) => File.WriteAllText(_folder[name], name);

    private List<string> Names() => [.. Directory.GetFiles(_folder.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
