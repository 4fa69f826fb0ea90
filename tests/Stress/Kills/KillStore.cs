using Amazon.S3;
using Litestream.Servers;

namespace Litestream.Stress.Kills;

/// <summary>A store behind a gateway that is killed and started again; what was stored stays.</summary>
internal sealed class KillStore : IDisposable
{
    private RgwGateway _gateway;

    private KillStore(RgwGateway gateway) => _gateway = gateway;

    /// <summary>Starts it; null where Ceph is not installed.</summary>
    /// <param name="lifetime">After this time it ends by itself.</param>
    public static async Task<KillStore?> TryStartAsync(TimeSpan lifetime)
    {
        ServerProcess.Lifetime = lifetime;
        if (await RgwCluster.ShareAsync() is not { } cluster) return null;
        // this process, its children and Litestream find the key there
        Environment.SetEnvironmentVariable("LITESTREAM_ACCESS_KEY_ID", RgwGateway.Key);
        Environment.SetEnvironmentVariable("LITESTREAM_SECRET_ACCESS_KEY", RgwGateway.Secret);
        return new(await cluster.StartGatewayAsync());
    }

    /// <summary>Makes a bucket.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The URL of a replica in it, which Litestream 0.3.13 understands too.</returns>
    public async Task<string> CreateReplicaAsync(string name)
    {
        using var client = Connect();
        await client.PutBucketAsync(name);
        return $"s3://{name}.localhost:{ServerProcess.Text(_gateway.Endpoint.Port)}/some/db";
    }

    /// <summary>Empties a bucket: the store is a memory of this machine.</summary>
    /// <param name="name">Its name.</param>
    public async Task EmptyAsync(string name)
    {
        using var client = Connect();
        await foreach (var found in client.Paginators.ListObjectsV2(new() { BucketName = name }).S3Objects) await client.DeleteObjectAsync(name, found.Key);
    }

    /// <summary>Kills the gateway.</summary>
    public void Kill() => _gateway.Dispose();

    /// <summary>Starts it again.</summary>
    public async Task StartAgainAsync() => _gateway = await _gateway.StartAgainAsync();

    public void Dispose() => _gateway.Dispose();

    private AmazonS3Client Connect() => new(RgwGateway.Key, RgwGateway.Secret, new AmazonS3Config
    {
        ServiceURL = _gateway.Endpoint.AbsoluteUri,
        AuthenticationRegion = "us-east-1",
        ForcePathStyle = true,
    });
}
