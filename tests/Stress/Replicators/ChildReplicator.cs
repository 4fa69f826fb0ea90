using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Litestream.Engine;
using Litestream.Engine.Replication;
using Litestream.Stress.Clients;

namespace Litestream.Stress.Replicators;

/// <summary>The engine in a process of its own, which can be killed.</summary>
/// <param name="options">How to replicate.</param>
/// <param name="replica">Where to.</param>
/// <param name="folder">Where the options are written down for the child.</param>
internal sealed class ChildReplicator(ReplicationOptions options, string replica, string folder) : IReplicator
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly ConcurrentQueue<string> _events = new();
    private Channel<string> _answers = Channel.CreateUnbounded<string>();
    private Process? _process;
    private Task _reading = Task.CompletedTask;
    private Task<string> _errors = Task.FromResult("");

    public IReadOnlyCollection<string> Events => _events;

    /// <summary>Which run of the operating system the next start finds.</summary>
    public string BootId { get; set; } = BootIdentity.Current;

    public async Task StartAsync()
    {
        var file = Path.Combine(folder, "replication.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(options));
        _answers = Channel.CreateUnbounded<string>();
        _process = ChildProcess.StartOwn("Stress.dll", ["replicate", file, replica, BootId]);
        _reading = ReadAsync(_process, _answers.Writer);
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public async Task SyncAsync()
    {
        await _process!.StandardInput.WriteLineAsync("sync");
        await _process.StandardInput.FlushAsync();
        using var patience = new CancellationTokenSource(s_patience);
        var answer = await _answers.Reader.ReadAsync(patience.Token);
        if (answer != "synced") throw new RunFailedException($"The replication could not sync: {answer}");
    }

    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(s_patience);
        await process.WaitForExitAsync(patience.Token);
        await EndAsync(process);
        if (process.ExitCode != 0) throw new RunFailedException($"The replication ended with {process.ExitCode}: {await _errors}");
        process.Dispose();
    }

    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        process.Kill();
        await process.WaitForExitAsync();
        await EndAsync(process);
        process.Dispose();
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task EndAsync(Process process)
    {
        await _reading;
        if (ReferenceEquals(_process, process)) _process = null;
    }

    private async Task ReadAsync(Process process, ChannelWriter<string> answers)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("event ", StringComparison.Ordinal))
                _events.Enqueue(line[6..]);
            else
                answers.TryWrite(line);
        }

        answers.TryComplete(new RunFailedException("The replicating process has ended."));
    }
}
