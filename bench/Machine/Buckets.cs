using Amazon.S3;
using Litestream.Servers;

namespace Litestream.Bench.Machine;

/// <summary>Makes buckets on a server.</summary>
internal sealed class Buckets(IS3Server server) : IDisposable
{
    private readonly AmazonS3Client _client = new(server.Credential.Key, server.Credential.Secret,
        new AmazonS3Config { ServiceURL = server.Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1", ForcePathStyle = true });

    /// <summary>A bucket of its own.</summary>
    public async Task<string> CreateAsync()
    {
        var bucket = $"bench-{Guid.NewGuid():N}";
        await _client.PutBucketAsync(bucket);
        return bucket;
    }

    public void Dispose() => _client.Dispose();
}
