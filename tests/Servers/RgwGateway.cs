namespace Litestream.Servers;

/// <summary>A gateway of a <see cref="RgwCluster"/>.</summary>
internal sealed class RgwGateway(RgwCluster cluster, ServerProcess process, int port) : IS3Server, IDisposable
{
    public const string Key = "key";
    public const string Secret = "secret";

    public Uri Endpoint { get; } = new($"http://127.0.0.1:{ServerProcess.Text(port)}");

    public (string Key, string Secret) Credential => (Key, Secret);

    public RgwCluster Cluster => cluster;

    /// <summary>Kills it; what was stored stays.</summary>
    public void Dispose() => process.Dispose();

    /// <summary>Starts another one at the same port, after this was killed.</summary>
    public Task<RgwGateway> StartAgainAsync() => cluster.StartGatewayAsync(port);
}
