using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: "a failure or cancellation leaves nothing behind", but for the flush of the folder behind the rename.</summary>
public sealed class RestoreLeftoverTests
{
    [Fact]
    public async Task A_restore_that_fails_at_its_last_flush_leaves_nothing()
    {
        using var folder = new TempFolder();
        var builder = new ReplicaBuilder().Snapshot(0);
        var target = Path.Combine(folder.Path, "restored.db");
        var plan = await new RestorePlanner(builder.Client).PlanAsync(new(), default);
        await Assert.ThrowsAsync<LitestreamException>(() => new Restorer(new() { Files = new Unflushable() }).RestoreAsync(
            builder.Client, plan, target, new() { Check = IntegrityCheckMode.None }, null, default));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private sealed class Unflushable : IFileSystem
    {
        private readonly LocalFileSystem _files = LocalFileSystem.Instance;

        public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) => _files.Open(path, mode, unixMode);

        public FileEntry? Find(string path) => _files.Find(path);

        public FileIdentity? Identify(string path) => _files.Identify(path);

        public UnixFileMode? GetUnixMode(string path) => _files.GetUnixMode(path);

        public IReadOnlyList<FileEntry> List(string directory) => _files.List(directory);

        public void CreateDirectory(string directory, UnixFileMode? unixMode = null) => _files.CreateDirectory(directory, unixMode);

        public void FlushDirectory(string directory) => throw new IOException("Input/output error", 5);

        public void Rename(string from, string to, bool overwrite) => _files.Rename(from, to, overwrite);

        public void Delete(string path) => _files.Delete(path);

        public void DeleteDirectory(string directory) => _files.DeleteDirectory(directory);

        public void DeleteEmptyDirectory(string directory) => _files.DeleteEmptyDirectory(directory);

        public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) => _files.TryGuardLocks(databasePath, database, walIndex);

        public void SetModifiedTime(string path, DateTimeOffset time) => _files.SetModifiedTime(path, time);

        public IDisposable? TryLock(string path) => _files.TryLock(path);

        public IDisposable Watch(string path, Action changed) => _files.Watch(path, changed);
    }
}
