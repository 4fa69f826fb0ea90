using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Litestream.Servers;

/// <summary>A way to a store on which requests and answers get lost, cut, late or old.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private const int CutAfter = 40_000;
    private const int SlowChunk = 16_384;
    private static readonly TimeSpan s_slowPause = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(4);

    private readonly WebApplication _server;
    private readonly HttpClient _store;
    private readonly Uri _upstream;
    private readonly ConcurrentDictionary<string, Answer> _listings = new();
    private readonly ConcurrentDictionary<string, bool> _connections = new();

    private FaultProxy(Uri upstream)
    {
        _upstream = upstream;
        _store = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        // there is no configuration to be watched for changes, and the system has only so many watches
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            (k.Limits.MinRequestBodyDataRate, k.Limits.MinResponseDataRate) = (null, null);
        });
        _server = builder.Build();
        _server.Run(PassAsync);
    }

    /// <summary>Where it is reached.</summary>
    public Uri Endpoint => new(_server.Urls.Single());

    /// <summary>Decides what goes wrong with a request, given as its method and target.</summary>
    public Func<string, Fault> Decide { get; set; } = _ => Fault.None;

    /// <summary>Whether nobody gets through at all.</summary>
    public bool IsDown { get; set; }

    /// <summary>How many connections were made so far.</summary>
    public int Connections => _connections.Count;

    public static async Task<FaultProxy> StartAsync(Uri upstream)
    {
        var proxy = new FaultProxy(upstream);
        await proxy._server.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
        _store.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var request = $"{context.Request.Method} {target}";
        _connections.TryAdd(context.Connection.Id, true);
        try
        {
            if (IsDown) context.Abort();
            else await PassAsync(context, target, Decide(request));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            context.Abort();
        }
    }

    private async Task PassAsync(HttpContext context, string target, Fault fault)
    {
        switch (fault)
        {
            case Fault.ResetInRequest:
                var some = new byte[CutAfter];
                await context.Request.Body.ReadAtLeastAsync(some, CutAfter, throwOnEndOfStream: false, context.RequestAborted);
                context.Abort();
                return;
            case Fault.InternalError:
                await RefuseAsync(context, 500, "InternalError");
                return;
            case Fault.SlowDown:
                await RefuseAsync(context, 503, "SlowDown");
                return;
            case Fault.TooManyRequests:
                await RefuseAsync(context, 429, "TooManyRequests");
                return;
            case Fault.SkewedClock:
                await RefuseAsync(context, 403, "RequestTimeTooSkewed");
                return;
            case Fault.ExpiredToken:
                await RefuseAsync(context, 400, "ExpiredToken");
                return;
            case Fault.Hang:
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                return;
            case Fault.StaleListing when _listings.TryGetValue(target, out var old):
                await AnswerAsync(context, old, fault);
                return;
        }

        var answer = await AskAsync(context, target, fault);
        if (target.Contains("list-type=2", StringComparison.Ordinal)) _listings.TryAdd(target, answer);
        if (fault == Fault.Late) await Task.Delay(s_late, context.RequestAborted);
        if (fault == Fault.AnswerLost) context.Abort();
        else await AnswerAsync(context, answer, fault);
    }

    private async Task<Answer> AskAsync(HttpContext context, string target, Fault fault)
    {
        using var request = new HttpRequestMessage(new(context.Request.Method),
            new Uri($"http://{_upstream.Authority}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (context.Request.ContentLength is { } length)
        {
            request.Content = fault == Fault.Slow
                ? new SlowContent(context.Request.Body, length, SlowChunk, s_slowPause)
                : new StreamContent(context.Request.Body) { Headers = { ContentLength = length } };
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is "Connection" or "Content-Length" or "Expect") continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        using var response = await _store.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        return new((int)response.StatusCode,
            [.. response.Headers.Concat(response.Content.Headers).Where(h => h.Key is not ("Transfer-Encoding" or "Connection"))],
            await response.Content.ReadAsByteArrayAsync(context.RequestAborted));
    }

    private static async Task AnswerAsync(HttpContext context, Answer answer, Fault fault)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, values) in answer.Headers) context.Response.Headers[name] = values.ToArray();
        if (fault == Fault.StrangeETag && answer.Body.Length > 0) context.Response.Headers.ETag = "\"CJ3x_base64like\"";
        if (answer.Body.Length == 0) return;
        var half = fault == Fault.AnswerCut ? answer.Body.Length / 2 : answer.Body.Length;
        for (var offset = 0; offset < half; offset += SlowChunk)
        {
            await context.Response.Body.WriteAsync(answer.Body.AsMemory(offset, Math.Min(SlowChunk, half - offset)), context.RequestAborted);
            if (fault == Fault.Slow) await Task.Delay(s_slowPause, context.RequestAborted);
        }

        if (fault != Fault.AnswerCut) return;
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private static async Task RefuseAsync(HttpContext context, int status, string code)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>", context.RequestAborted);
    }

    private sealed record Answer(int Status, IReadOnlyList<KeyValuePair<string, IEnumerable<string>>> Headers, byte[] Body);
}
