using Litestream.Engine.Files;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Files;

public sealed class LocalFileSystemTests : IDisposable
{
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;
    private readonly TempFolder _folder = new();

    [Fact]
    public void Open_reads_and_writes_at_offsets()
    {
        using var file = _files.Open(_folder["a"], FileOpenMode.CreateNew);
        file.Write([1, 2, 3], 5);
        Assert.Equal(8, file.Length);
        var buffer = new byte[10];
        Assert.Equal(4, file.Read(buffer, 4));
        Assert.Equal([0, 1, 2, 3], buffer[..4]);
        Assert.Equal(0, file.Read(buffer, 100));
        file.SetLength(6);
        file.FlushToDisk();
        Assert.Equal(6, file.Length);
    }

    [Fact]
    public void Open_keeps_its_modes()
    {
        Assert.Throws<FileNotFoundException>(() => _files.Open(_folder["a"], FileOpenMode.Read));
        File.WriteAllText(_folder["a"], "text");
        Assert.Throws<IOException>(() => _files.Open(_folder["a"], FileOpenMode.CreateNew));
        using (var file = _files.Open(_folder["a"], FileOpenMode.Read)) Assert.Equal(4, file.Length);
        using (var file = _files.Open(_folder["a"], FileOpenMode.Create)) Assert.Equal(0, file.Length);
    }

    [Fact]
    public void Open_lets_others_rename_and_delete_what_is_read()
    {
        File.WriteAllText(_folder["a"], "text");
        using var file = _files.Open(_folder["a"], FileOpenMode.Read);
        _files.Rename(_folder["a"], _folder["b"], overwrite: false);
        _files.Delete(_folder["b"]);
        Assert.Equal(4, file.Read(new byte[10], 0));
    }

    [Fact]
    public void Find_tells_files_from_folders()
    {
        File.WriteAllText(_folder["a"], "text");
        _files.CreateDirectory(_folder["x/y"]);
        Assert.Equal(("a", 4, false), (_files.Find(_folder["a"])!.Name, _files.Find(_folder["a"])!.Length, _files.Find(_folder["a"])!.IsDirectory));
        Assert.True(_files.Find(_folder["x"])!.IsDirectory);
        Assert.Null(_files.Find(_folder["nothing"]));
        Assert.Null(_files.Find(_folder["a/below"]));
    }

    [Fact]
    public void CreateDirectory_takes_a_name_alone()
    {
        var name = Guid.NewGuid().ToString("N");
        _files.CreateDirectory(name, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.True(Directory.Exists(name));
        Directory.Delete(name);
    }

    [Fact]
    public void List_is_in_ordinal_order_and_empty_where_nothing_is()
    {
        foreach (var name in (string[])["b", "a", "B"]) File.WriteAllText(_folder[name + "1"], "");
        Assert.Equal(["B1", "a1", "b1"], _files.List(_folder.Path).Select(e => e.Name));
        Assert.Empty(_files.List(_folder["nothing"]));
    }

    [Fact]
    public void Rename_overwrites_only_when_told()
    {
        File.WriteAllText(_folder["a"], "new");
        File.WriteAllText(_folder["b"], "old");
        Assert.Throws<IOException>(() => _files.Rename(_folder["a"], _folder["b"], overwrite: false));
        Assert.Equal("old", File.ReadAllText(_folder["b"]));
        _files.Rename(_folder["a"], _folder["b"], overwrite: true);
        Assert.Equal("new", File.ReadAllText(_folder["b"]));
    }

    [Fact]
    public void Delete_is_content_when_nothing_is_there()
    {
        _files.Delete(_folder["nothing"]);
        _files.Delete(_folder["nothing/below"]);
        _files.DeleteEmptyDirectory(_folder["nothing"]);
        _files.DeleteDirectory(_folder["nothing"]);
    }

    [Fact]
    public void DeleteEmptyDirectory_leaves_one_that_holds_something()
    {
        Directory.CreateDirectory(_folder["full/empty"]);
        _files.DeleteEmptyDirectory(_folder["full"]);
        Assert.True(Directory.Exists(_folder["full"]));
        _files.DeleteEmptyDirectory(_folder["full/empty"]);
        _files.DeleteEmptyDirectory(_folder["full"]);
        Assert.False(Directory.Exists(_folder["full"]));
    }

    [Fact]
    public void SetModifiedTime_is_what_Find_tells()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(6)).AddTicks(1234560);
        File.WriteAllText(_folder["a"], "");
        _files.SetModifiedTime(_folder["a"], time);
        Assert.Equal(time, _files.Find(_folder["a"])!.ModifiedAt);
        Assert.Equal(TimeSpan.Zero, _files.Find(_folder["a"])!.ModifiedAt.Offset);
    }

    [Fact]
    public void Identify_follows_the_file_not_the_name()
    {
        File.WriteAllText(_folder["a"], "");
        File.WriteAllText(_folder["b"], "");
        var a = _files.Identify(_folder["a"]);
        Assert.NotNull(a);
        Assert.NotEqual(a, _files.Identify(_folder["b"]));
        _files.Rename(_folder["a"], _folder["c"], overwrite: false);
        Assert.Equal(a, _files.Identify(_folder["c"]));
        Assert.Null(_files.Identify(_folder["a"]));
        Assert.Null(_files.Identify(_folder["c/below"]));
    }

    [Fact]
    public void TryLock_is_exclusive_until_it_is_disposed()
    {
        using (_files.TryLock(_folder["lock"])) Assert.Null(_files.TryLock(_folder["lock"]));
        using var again = _files.TryLock(_folder["lock"]);
        Assert.NotNull(again);
    }

    [Fact]
    public void FlushDirectory_refuses_what_is_not_there()
    {
        _files.FlushDirectory(_folder.Path);
        if (!OperatingSystem.IsWindows()) Assert.Throws<IOException>(() => _files.FlushDirectory(_folder["nothing"]));
    }

    [SkippableFact]
    public void FlushDirectory_goes_on_where_folders_cannot_be_flushed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "a file system whose folders answer EINVAL");
        _files.FlushDirectory("/proc");
    }

    [SkippableFact]
    public void Permissions_are_those_asked_for()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix permissions");
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _files.Open(_folder["a"], FileOpenMode.CreateNew, Mode).Dispose();
        Assert.Equal(Mode, _files.GetUnixMode(_folder["a"]));
        Assert.Null(_files.GetUnixMode(_folder["nothing"]));
    }

    public void Dispose() => _folder.Dispose();
}
