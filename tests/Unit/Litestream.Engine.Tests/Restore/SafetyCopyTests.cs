using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>The former database is found by its name, where it can be only one.</summary>
public sealed class SafetyCopyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("app.db.before-restore-20260101T000000Z")]
    [InlineData("app.db.before-restore-20260101T000000Z-2")]
    public void The_only_one_is_found_among_all_that_has_a_similar_name(string kept)
    {
        Make("app.db", kept, kept + "-wal", "app.db.before-restore-today", "app.db.undone-20260101T000000Z", "b" + kept, "app.dbx.before-restore-20260101T000000Z");
        Directory.CreateDirectory(_folder["app.db.before-restore-20260102T000000Z"]);

        Assert.Equal(_folder[kept], Find("app.db"));
    }

    [Fact]
    public void It_is_beside_the_database_that_a_link_leads_to()
    {
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(_folder["data"]);
        Make("data/app.db", "data/app.db.before-restore-20260101T000000Z");
        File.CreateSymbolicLink(_folder["link.db"], _folder["data/app.db"]);

        Assert.Equal(_folder["data/app.db.before-restore-20260101T000000Z"], Find("link.db"));
    }

    [Fact]
    public void Where_there_is_none_it_is_said_of_which_database()
    {
        Make("app.db", "other.db.before-restore-20260101T000000Z");

        var e = Assert.Throws<LitestreamException>(() => Find("app.db"));

        Assert.Equal((ErrorCode.DatabaseNotFound, _folder["app.db"]), (e.Code, e.Target));
    }

    [Fact]
    public void Of_several_none_is_chosen_and_all_are_named()
    {
        string[] kept = ["app.db.before-restore-20260101T000000Z", "app.db.before-restore-20260101T000000Z-2"];
        Make(["app.db", .. kept]);

        var e = Assert.Throws<LitestreamException>(() => Find("app.db"));

        Assert.Equal((ErrorCode.InvalidArgument, _folder["app.db"]), (e.Code, e.Target));
        Assert.All(kept, k => Assert.Contains(_folder[k], e.Message, StringComparison.Ordinal));
    }

    private string Find(string destination) => new RestoreUndo(new()).FindSafetyCopy(_folder[destination]);

    private void Make(params string[] names)
    {
        foreach (var name in names) File.WriteAllText(_folder[name], "");
    }
}
