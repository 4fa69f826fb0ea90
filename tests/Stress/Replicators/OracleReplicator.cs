using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Litestream.Stress.Clients;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Replicators;

/// <summary>The real Litestream 0.3.13 as the replicator, in quick time: what these runs find wrong with it shows that they
/// can fail.</summary>
/// <param name="oracle">The program.</param>
/// <param name="folder">The run's files.</param>
internal sealed class OracleReplicator(Oracle oracle, RunFolder folder) : IReplicator
{
    private static readonly TimeSpan s_settlingTime = TimeSpan.FromSeconds(1.5);
    private readonly ConcurrentQueue<string> _events = new();
    private Process? _process;
    private Task _reading = Task.CompletedTask;

    public IReadOnlyCollection<string> Events => _events;

    public async Task StartAsync()
    {
        var config = Path.Combine(folder.Root, "litestream.yml");
        await File.WriteAllTextAsync(config, $"""
            dbs:
              - path: {folder.Database}
                monitor-interval: 2ms
                min-checkpoint-page-count: 4
                checkpoint-interval: 1s
                replicas:
                  - type: file
                    path: {folder.Replica}
                    sync-interval: 10ms
            """);
        _process = ChildProcess.Start(oracle.Program, ["replicate", "-config", config]);
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    /// <summary>It has no such command: waiting is all there is.</summary>
    public Task SyncAsync() => Task.Delay(s_settlingTime);

    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        await ChildProcess.RunAsync("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(patience.Token);
        await EndAsync(process);
    }

    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        process.Kill();
        await process.WaitForExitAsync();
        await EndAsync(process);
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task EndAsync(Process process)
    {
        _process = null;
        await _reading;
        process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Contains("new generation", StringComparison.OrdinalIgnoreCase)) _events.Enqueue($"GenerationStarted: {line}");
        }
    }
}
