using System.Diagnostics;
using System.Runtime.Versioning;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Security;

/// <summary>What holds the content of a database is never open to more people than the database.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PermissionTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempFolder _folder = new();

    public PermissionTests() => Skip.If(OperatingSystem.IsWindows(), "Windows has no permissions of this kind.");

    [SkippableFact]
    public void A_file_has_its_permissions_from_the_first_moment()
    {
        var path = _folder["file"];
        var widest = UnixFileMode.None;
        using var end = new CancellationTokenSource();
        var watching = new Thread(() =>
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    widest |= File.GetUnixFileMode(path);
                }
                catch (FileNotFoundException)
                {
                    // between two
                }
            }
        });
        watching.Start();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20_000 || watch.Elapsed < TimeSpan.FromSeconds(1); i++)
        {
            LocalFileSystem.Instance.Open(path, FileOpenMode.CreateNew, OwnerOnly).Dispose();
            File.Delete(path);
        }

        end.Cancel();
        watching.Join();
        Assert.Equal(UnixFileMode.None, widest & ~OwnerOnly);
    }

    [SkippableFact]
    public void A_lock_that_is_created_has_the_permissions_asked_for()
    {
        using var held = LocalFileSystem.Instance.TryLock(_folder["lock"], OwnerOnly);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder["lock"]));
    }

    [SkippableFact]
    public void Each_folder_that_is_created_has_the_permissions_asked_for()
    {
        var mode = OwnerOnly | UnixFileMode.UserExecute;
        LocalFileSystem.Instance.CreateDirectory(_folder["a/b/c"], mode);
        Assert.All(new[] { "a", "a/b", "a/b/c" }, name => Assert.Equal(mode, File.GetUnixFileMode(_folder[name])));
    }

    [SkippableFact]
    public void What_root_spools_of_a_database_that_is_not_its_own_is_for_root_alone()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can replicate the database of another user.");
        using var database = new TestDatabase();
        File.SetUnixFileMode(database.Path, OwnerOnly | UnixFileMode.GroupRead);
        GiveAway(database.Path);
        using (var folder = MetadataFolder.Open(database["meta"], database.Path, new())) Assert.Equal(OwnerOnly, folder.FileMode);
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(database["meta"]));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(database["meta/lock"]));
    }

    [SkippableFact]
    public void A_group_that_new_files_get_as_well_may_read_what_it_may_read_of_the_database()
    {
        using var database = new TestDatabase();
        File.SetUnixFileMode(database.Path, OwnerOnly | UnixFileMode.GroupRead);
        using var folder = MetadataFolder.Open(database["meta"], database.Path, new());
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead, folder.FileMode);
    }

    public void Dispose() => _folder.Dispose();

    private static void GiveAway(string path)
    {
        using var chown = Process.Start("chown", [$"{OtherUser.Id}:{OtherUser.Id}", path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
