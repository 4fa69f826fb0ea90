using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Replicas;

public sealed class MeteredReplicaClientTests
{
    [Fact]
    public async Task BytesPut_counts_what_was_stored()
    {
        await using var store = new MemoryReplicaClient();
        await using var metered = new MeteredReplicaClient(store);
        using var content = new MemoryStream(new byte[100]) { Position = 30 };

        await metered.PutAsync("a", content, DateTimeOffset.UnixEpoch, default);

        Assert.Equal(70, metered.BytesPut);
        Assert.Equal(store.Url, metered.Url);
        Assert.Single(await metered.ListObjectsAsync(string.Empty, default).ToListAsync());
    }
}
