using System.Net;
using Amazon.Runtime;

namespace Litestream.Engine.Replicas.S3;

/// <summary>The HTTP client of one replica: its requests are counted, a way that can't be made is given up soon, and a body may take as long
/// as it needs while it gets on; whoever asks ends what does not. One for all requests, so that connections are kept.</summary>
internal sealed class S3HttpClientFactory : HttpClientFactory, IDisposable
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_idleLifetime = TimeSpan.FromSeconds(60);

    /// <summary>For the rest of an answer that nobody wants any more, so that its connection can be kept: whoever has cancelled waits for it.</summary>
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _client;

    /// <summary>Prepares.</summary>
    /// <param name="counter">Is told of each request.</param>
    /// <param name="clock">Is told of each answer.</param>
    /// <param name="transport">Carries the requests; null for the network.</param>
    public S3HttpClientFactory(S3RequestCounter counter, S3Clock clock, HttpMessageHandler? transport)
    {
        transport ??= new SocketsHttpHandler
        {
            ConnectTimeout = s_connectTimeout,
            PooledConnectionIdleTimeout = s_idleLifetime,
            ResponseDrainTimeout = s_drainTimeout,
            AllowAutoRedirect = false,
        };
        _client = new(new CountingHandler(counter, clock) { InnerHandler = transport }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client.Dispose();

    private sealed class CountingHandler(S3RequestCounter counter, S3Clock clock) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            counter.Note(request);
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            clock.Note(response);
            if (!HasLostItsPlace(request, response)) return response;
            response.Dispose();
            throw new HttpRequestException("The server did not understand the request: it answers 400 without a word.");
        }

        // Ceph's gateway refuses an upload before it has read it, and may take what is still under way for the next request on the
        // connection: that one fails though nothing is wrong with it. Thrown here, the SDK sends it again. What S3 itself refuses has a text, which says its type.
        private static bool HasLostItsPlace(HttpRequestMessage request, HttpResponseMessage response) =>
            response.StatusCode == HttpStatusCode.BadRequest && request.Method != HttpMethod.Head && response.Content.Headers.ContentType is null;
    }
}
