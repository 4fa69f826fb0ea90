using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>When a folder could not be looked at, the replica failed with an error without code.</summary>
public sealed class ReplicaFailureTests
{
    [Fact]
    public async Task A_root_that_cannot_be_looked_at_has_a_code()
    {
        using var folder = new TempFolder();
        var files = new HookedFileSystem { Before = (operation, _) => { if (operation == "find") throw new IOException("no"); } };
        await using var client = new FolderReplicaClient(folder["replica"], files);
        foreach (var action in (Func<Task>[])[
            () => client.ListObjectsAsync("generations/", default).ToListAsync().AsTask(),
            () => client.DeleteAsync(["generations/a"], default)])
            Assert.Equal(ErrorCode.ReplicaUnavailable, (await Assert.ThrowsAsync<LitestreamException>(action)).Code);
    }
}
