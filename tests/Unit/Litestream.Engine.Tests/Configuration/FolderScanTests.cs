using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Configuration;

public sealed class FolderScanTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Databases_are_found_by_name_and_content()
    {
        Create("a.db");
        Create("sub/deep/b.db");
        Create("c.sqlite");
        Create(".a.db-litestream-ps/copy.db");
        File.WriteAllText(_folder["text.db"], "no database, but long enough to be read as one: " + new string('x', 200));
        File.WriteAllText(_folder["short.db"], "x");
        File.WriteAllText(_folder["empty.db"], "");

        Assert.Equal([_folder["a.db"]], Look("*.db").Databases);
        Assert.Equal([_folder["a.db"], _folder["sub/deep/b.db"]], Look("**/*.db").Databases);
        Assert.Equal([_folder["sub/deep/b.db"]], Look("*/*/*.db").Databases);
        Assert.Empty(Look("*/*.db").Databases);
    }

    [Fact]
    public void What_was_none_is_found_when_it_has_become_one()
    {
        File.WriteAllText(_folder["a.db"], "x");
        File.WriteAllText(_folder["b.db"], "");
        var scan = Scan("*.db");
        Assert.Empty(scan.Look(_ => false, default).Databases);
        Assert.Empty(scan.Look(_ => false, default).Databases);

        File.Delete(_folder["a.db"]);
        Create("a.db");
        File.Delete(_folder["b.db"]);
        Create("b.db");

        Assert.Equal([_folder["a.db"], _folder["b.db"]], scan.Look(_ => false, default).Databases);
    }

    [Fact]
    public void What_is_known_is_not_opened()
    {
        File.WriteAllText(_folder["a.db"], "x");

        Assert.Equal([_folder["a.db"]], Scan("*.db").Look(_ => true, default).Databases);
    }

    [Fact]
    public void Folder_that_is_not_there_is_empty()
    {
        Directory.Delete(_folder.Path);
        var content = Look("*.db");
        Directory.CreateDirectory(_folder.Path);

        Assert.Empty(content.Databases);
        Assert.Empty(content.Failures);
    }

    [Fact]
    public void Link_that_leads_back_is_followed_once()
    {
        Create("a.db");
        Directory.CreateSymbolicLink(_folder["again"], _folder.Path);

        Assert.Equal([_folder["a.db"]], Look("**/*.db").Databases);
    }

    [Fact]
    public void Folder_that_cannot_be_listed_is_a_failure_beside_the_others()
    {
        Create("a.db");
        Create("sub/b.db");

        var content = Look("**/*.db", new EngineEnvironment { Files = new Refusing(_folder["sub"]) });

        Assert.Equal([_folder["a.db"]], content.Databases);
        Assert.Equal((ErrorCode.FileError, _folder["sub"]), (Assert.Single(content.Failures).Code, content.Failures[0].Target));
    }

    /// <summary>Every close of a descriptor of -shm that is not SQLite's own drops all of its locks.</summary>
    [SkippableFact]
    public void Locks_of_this_process_stay()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It reads /proc/locks.");
        using var database = new TestDatabase();
        database.App.Execute("BEGIN; SELECT * FROM item");
        var before = LocksOf(database);
        Assert.NotEmpty(before);

        Assert.Equal([database.Path], new FolderScan(Folder(Path.GetDirectoryName(database.Path)!, "*"), new()).Look(_ => false, default).Databases);

        Assert.Equal(before, LocksOf(database));
        database.App.Execute("COMMIT");
    }

    private static List<string> LocksOf(TestDatabase database)
    {
        var inodes = new[] { database.Path, database.WalIndexPath }.Select(p => $":{LocalFileSystem.Instance.Identify(p)!.Value.Low} ").ToList();
        return [.. File.ReadAllLines("/proc/locks").Where(l => inodes.Exists(i => l.Contains(i, StringComparison.Ordinal))).Select(l => l[l.IndexOf(' ', StringComparison.Ordinal)..]).Order()];
    }

    private void Create(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        using var application = Application.Open(_folder[name], create: true);
        application.Execute("CREATE TABLE item(id)");
    }

    private FolderContent Look(string pattern, EngineEnvironment? environment = null) => Scan(pattern, environment).Look(_ => false, default);

    private FolderScan Scan(string pattern, EngineEnvironment? environment = null) => new(Folder(_folder.Path, pattern), environment ?? new());

    private static DatabaseFolder Folder(string path, string pattern) => new()
    {
        Path = path,
        Pattern = pattern,
        Template = new() { Path = path, SyncInterval = TimeSpan.FromSeconds(1), RetentionCheckInterval = TimeSpan.FromHours(1), CheckpointPageCount = 1000 },
    };

    private sealed class Refusing(string folder) : LocalFiles
    {
        public override IReadOnlyList<FileEntry> List(string directory) =>
            directory == folder ? throw new UnauthorizedAccessException("refused") : base.List(directory);
    }
}
