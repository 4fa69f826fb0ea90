using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>The lock of a metadata folder was taken back, the look at its state failed, and the lock stayed with nobody who knew of it: each later try was refused
/// as if another replication used the folder.</summary>
public sealed class OrphanedLockTests
{
    [Fact]
    public void A_folder_that_could_not_be_taken_back_can_be_taken_back_later()
    {
        using var database = new TestDatabase();
        var files = new HookedFileSystem();
        using var folder = MetadataFolder.Open(database["meta"], database.Path, new() { Files = files });
        folder.LetGo();
        files.Before = (operation, path) =>
        {
            if (operation == "find" && path == folder.StatePath) throw new IOException("input/output error");
        };
        Assert.Throws<IOException>(folder.TakeBack);

        files.Before = (_, _) => { };
        folder.TakeBack();
    }
}
