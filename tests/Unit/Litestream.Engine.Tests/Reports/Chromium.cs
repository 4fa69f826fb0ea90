using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Reports;

/// <summary>A headless Chromium with one page, spoken to by its DevTools protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly ClientWebSocket _socket = new();
    private readonly TempFolder _profile = new();
    private readonly CancellationTokenSource _patience = new(s_patience);
    private Process? _process;
    private string? _session;
    private int _id;

    /// <summary>What the page told by itself.</summary>
    public List<JsonNode> Events { get; } = [];

    public static async Task<Chromium> StartAsync()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(p => Path.Combine(p, "chromium")).FirstOrDefault(File.Exists);
        // CI installs it: there its absence is a failure
        if (program is null && Environment.GetEnvironmentVariable("CI") != "true") Skip.If(true, "Chromium is not here");
        var browser = new Chromium();
        await browser.OpenAsync(program ?? "chromium");
        return browser;
    }

    public async Task<JsonNode> SendAsync(string method, object? parameters = null)
    {
        var id = ++_id;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = JsonSerializer.SerializeToNode(parameters ?? new { }) };
        if (_session is not null) message["sessionId"] = _session;
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, _patience.Token);
        while (true)
        {
            var answer = await ReceiveAsync();
            if ((int?)answer["id"] != id) continue;
            return answer["error"] is { } error ? throw new InvalidOperationException($"{method}: {error}") : answer["result"]!;
        }
    }

    /// <summary>Goes on when an event was told.</summary>
    public async Task WaitAsync(string method)
    {
        while (!Events.Exists(e => (string?)e["method"] == method)) await ReceiveAsync();
    }

    public async Task<JsonNode> EvaluateAsync(string script)
    {
        var result = await SendAsync("Runtime.evaluate", new { expression = script, returnByValue = true });
        Assert.Null(result["exceptionDetails"]);
        return result["result"]!["value"]!;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _patience.Dispose();
        _profile.Dispose();
    }

    private async Task OpenAsync(string program)
    {
        _process = Process.Start(new ProcessStartInfo(program)
        {
            ArgumentList = { "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0", $"--user-data-dir={_profile.Path}" },
            RedirectStandardError = true,
        })!;
        const string mark = "DevTools listening on ";
        string? line;
        do line = await _process.StandardError.ReadLineAsync(_patience.Token) ?? throw new InvalidOperationException("Chromium did not start.");
        while (!line.StartsWith(mark, StringComparison.Ordinal));
        _ = _process.StandardError.ReadToEndAsync();
        await _socket.ConnectAsync(new Uri(line[mark.Length..]), _patience.Token);
        var target = (await SendAsync("Target.createTarget", new { url = "about:blank" }))["targetId"]!;
        _session = (string?)(await SendAsync("Target.attachToTarget", new { targetId = target, flatten = true }))["sessionId"];
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"]) await SendAsync($"{domain}.enable");
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer, _patience.Token);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        var node = JsonNode.Parse(message.ToArray())!;
        if (node["method"] is not null) Events.Add(node);
        return node;
    }
}
