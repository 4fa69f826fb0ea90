using Amazon.S3;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Litestream.Servers;
using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>A server for the tests of a class; they are skipped where it is not installed.</summary>
public abstract class S3ServerFixture : IAsyncLifetime
{
    private IS3Server? _server;

    internal IS3Server Server
    {
        get
        {
            Skip.If(_server is null, Missing);
            return _server;
        }
    }

    internal Uri Endpoint => Server.Endpoint;

    internal S3Settings Settings => SettingsFor(Endpoint);

    /// <summary>What to say where the server can't run.</summary>
    protected abstract string Missing { get; }

    public async Task InitializeAsync() => _server = await TryStartAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The same at another address, as that of a proxy.</summary>
    internal S3Settings SettingsFor(Uri endpoint) =>
        new() { Endpoint = endpoint, Credential = new(Server.Credential.Key, Server.Credential.Secret), Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>A new bucket.</summary>
    /// <returns>Its URL.</returns>
    internal async Task<string> CreateBucketAsync()
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var client = Connect();
        await client.PutBucketAsync(name);
        return $"s3://{name}";
    }

    /// <summary>The SDK's client, for what a test does beside ours.</summary>
    internal AmazonS3Client Connect() => new(Server.Credential.Key, Server.Credential.Secret, new AmazonS3Config
    {
        ServiceURL = Endpoint.AbsoluteUri,
        AuthenticationRegion = "us-east-1",
        ForcePathStyle = true,
        RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED,
    });

    internal IReplicaClient Open(string url) => ReplicaClients.Open(url, "/", new(), Settings);

    private protected abstract Task<IS3Server?> TryStartAsync();
}
