using Litestream.Engine.Files;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a folder that goes in the moment in which its watcher is made was no file error but an ArgumentException, and ended
/// the replication; a watcher is made whenever writes have ended.</summary>
public sealed class VanishingFolderTests
{
    [Fact]
    public void A_folder_that_is_gone_is_a_file_error()
    {
        using var folder = new TempFolder();
        Assert.Throws<DirectoryNotFoundException>(() => new WatchedFolder(folder["gone"]));
    }
}
