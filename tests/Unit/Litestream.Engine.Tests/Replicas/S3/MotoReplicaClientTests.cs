using Litestream.Engine.Replicas;
using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>The contract on moto, and tags, which Ceph keeps of small objects only.</summary>
public sealed class MotoReplicaClientTests(MotoServer server) : S3ReplicaClientTests(server), IClassFixture<MotoServer>
{
    [SkippableFact]
    public async Task Tags_and_storage_class_reach_the_store()
    {
        await using var described = ReplicaClients.Open(Url, "/", new(),
            server.Settings with { StorageClass = "STANDARD", Tags = new Dictionary<string, string> { ["Project"] = "shop", ["Owner"] = "a b" } });
        foreach (var (name, size) in new[] { ("small", 1), ("large", 20_000_000) })
        {
            await described.PutAsync(name, new MemoryStream(new byte[size]), DateTimeOffset.UnixEpoch, default);
            using var client = server.Connect();
            var tags = await client.GetObjectTaggingAsync(new() { BucketName = Url["s3://".Length..], Key = name });
            Assert.Equal(["Owner=a b", "Project=shop"], tags.Tagging.Select(t => $"{t.Key}={t.Value}").Order());
        }
    }
}
