using System.Diagnostics;
using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Tests.Locks;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: who had the wal-index locked in a way that was not thought of was taken for one from whom somebody has removed it, and the database was not replicated as long as he stayed.</summary>
[Collection("locks")]
public sealed class WalIndexUsersTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    /// <summary>The lock of a reader in the last slot is listed as one with that which says that the wal-index is used.</summary>
    [SkippableFact]
    public void An_application_with_readers_in_all_slots_uses_the_index()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere nothing tells");
        List<Application> readers = [];
        for (var i = 0; i < 4; i++)
        {
            _database.App.Insert();
            var reader = Application.Open(_database.Path);
            reader.Execute("BEGIN; SELECT count(*) FROM item");
            readers.Add(reader);
        }

        Assert.False(IsThere(_database.Path));
        readers.ForEach(r => r.Dispose());
    }

    /// <summary>It has an index in its memory until it reads again, and no lock on the -shm that the application has made anew.</summary>
    [SkippableFact]
    public void A_reader_that_may_not_write_and_came_before_the_application_loses_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere nothing tells");
        _database.App.Insert();
        var left = _database["left.db"];
        foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Copy(_database.Path + suffix, left + suffix);
        // its locks are gone by the copy
        _database.CloseApp();
        const int Flags = raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI;
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2($"file:{left}?readonly_shm=1", out var reader, Flags, null));
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(reader, "SELECT count(*) FROM item"));
        using var app = StartOther(left);

        // and none that is of another database
        using var another = new TestDatabase();
        another.App.Insert();
        Assert.False(IsThere(left));
        reader.Dispose();
        app.End();
    }

    /// <summary>The locks by which an application shows that it uses a database, or a wal-index, are gone once it has read that file by other means than SQLite; what it has open stays.</summary>
    [SkippableTheory]
    [InlineData("", "-wal", "-shm")]
    [InlineData("", "-wal")]
    [InlineData("-shm", "-wal", "-shm")]
    public void An_application_that_has_lost_a_lock_is_seen_beside_another_that_has_new_files(string read, params string[] removed)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows, and elsewhere nothing tells");
        _database.App.Insert();
        File.OpenRead(_database.Path + read).Dispose();
        foreach (var suffix in removed) File.Delete(_database.Path + suffix);
        using var other = StartOther(_database.Path);
        Assert.True(IsThere(_database.Path));
        other.End();
    }

    /// <summary>As a worker that was forked while the database was open: the files are open there too, and nobody uses them any more.</summary>
    [SkippableFact]
    public void Whoever_has_inherited_what_was_closed_since_loses_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere nothing tells");
        _database.App.Insert();
        using var heir = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 3<>\"$1\" 4<>\"$1-wal\" 5<>\"$1-shm\"; echo; exec cat", "sh", _database.Path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _ = heir.StandardOutput.ReadLine();
        _database.CloseApp();
        Assert.False(File.Exists(_database.WalPath));
        Assert.False(IsThere(_database.Path));
        _database.ReopenApp();
        _database.App.Insert();
        Assert.False(IsThere(_database.Path));
        heir.Kill();
    }

    /// <summary>What processes have open was just looked at for another database: the look holds for a while, but not where a file was removed since.</summary>
    [SkippableFact]
    public void A_removal_after_the_last_look_is_seen()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows, and elsewhere nothing tells");
        using var another = new TestDatabase();
        _database.App.Insert();
        var users = new RemovedFiles(new SlowTime());
        Assert.False(AreUsed(another.Path));
        Assert.False(AreUsed(_database.Path));
        File.Delete(_database.WalPath);
        File.Delete(_database.WalIndexPath);
        Assert.True(AreUsed(_database.Path));

        bool AreUsed(string path)
        {
            var files = SourceFiles.Of(path, LocalFileSystem.Instance);
            return users.AreUsed(path, files.Database!.Value, files.Wal, files.WalIndex);
        }
    }

    /// <summary>As of a pool, which has opened a database and not used it yet, in a process from which another one's files were removed.</summary>
    [SkippableFact]
    public void Files_of_a_database_of_the_same_name_in_another_folder_are_not_taken_for_this_ones()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows, and elsewhere nothing tells");
        using var another = new TestDatabase();
        Assert.Equal(Path.GetFileName(_database.Path), Path.GetFileName(another.Path));
        another.App.Insert();
        File.Delete(another.WalPath);
        File.Delete(another.WalIndexPath);
        _database.CloseApp();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(_database.Path, out var unread, raw.SQLITE_OPEN_READWRITE, null));
        Assert.True(IsThere(another.Path));
        Assert.False(IsThere(_database.Path));
        // nor where that folder was removed with them
        var folder = Path.GetDirectoryName(another.Path)!;
        Directory.Delete(folder, recursive: true);
        Assert.False(IsThere(_database.Path));
        Directory.CreateDirectory(folder);
        unread.Dispose();
    }

    /// <summary>Another application, which has the database open.</summary>
    private static OtherProcess StartOther(string path)
    {
        var other = OtherProcess.Start("checkpointer", path);
        Assert.True(SpinWait.SpinUntil(IsOpen, TimeSpan.FromMinutes(1)), "the other application has not opened the database");
        return other;

        bool IsOpen()
        {
            Thread.Sleep(20);
            return FileIdentityReader.Read(path + "-shm") is { } index && LockHolders.Find(index, LinuxLockGuard.AttachedStart, LinuxLockGuard.AttachedLength).Any(id => id != Environment.ProcessId);
        }
    }

    private static bool IsThere(string path) => UnlockedUser.IsThere(path, SourceFiles.Of(path, LocalFileSystem.Instance), LocalFileSystem.Instance);

    /// <summary>Of which a look takes long, so that it holds for long.</summary>
    private sealed class SlowTime : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now += TimestampFrequency;
    }
}
