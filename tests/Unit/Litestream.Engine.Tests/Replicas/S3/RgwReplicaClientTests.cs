using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>The contract on the Ceph RADOS Gateway, and keys of the user's, which moto does not ask for.</summary>
public sealed class RgwReplicaClientTests(RgwServer server) : S3ReplicaClientTests(server), IClassFixture<RgwServer>
{
    [SkippableFact]
    public async Task What_is_stored_with_a_key_of_ones_own_is_read_with_that_key_only()
    {
        var key = new byte[32];
        new Random(1).NextBytes(key);
        var settings = server.Settings with { Encryption = S3Encryption.ByCustomer(key) };
        await using var encrypted = ReplicaClients.Open(Url, "/", new(), settings);
        var content = new byte[20_000_000];
        new Random(2).NextBytes(content);
        foreach (var (name, size) in new[] { ("small", 1000), ("large", content.Length) })
        {
            await encrypted.PutAsync(name, new MemoryStream(content, 0, size), DateTimeOffset.UnixEpoch, default);
            Assert.Equal(DateTimeOffset.UnixEpoch, await encrypted.GetTimeAsync(name, default));
            await using var stored = await encrypted.GetAsync(name, default);
            using var copy = new MemoryStream();
            await stored.CopyToAsync(copy);
            Assert.True(content.AsSpan(0, size).SequenceEqual(copy.ToArray()));
            await Assert.ThrowsAsync<LitestreamException>(() => Client.GetAsync(name, default));
        }

        // who writes to a replica is no secret, and may have no key yet
        Assert.True(await encrypted.TryPutVersionedAsync("lease", new byte[] { 1 }, null, default));
        Assert.NotNull(await Client.GetVersionedAsync("lease", default));
    }
}
