using System.Collections.Concurrent;
using System.Diagnostics;
using Litestream.Stress.Clients;

namespace Litestream.Stress.Kills;

/// <summary>A running <see cref="RepeatCommand"/>.</summary>
internal sealed class RepeatedProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _failures = new();

    /// <summary>Starts it.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    public RepeatedProcess(params string[] arguments)
    {
        _process = ChildProcess.StartOwn("Stress.dll", arguments);
        _reading = ReadAsync();
    }

    /// <summary>What it could not do.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Returns after the first time, or failure.</summary>
    public Task FirstAsync() => _first.Task.WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Kills it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line != "round") _failures.Enqueue(line);
            _first.TrySetResult();
        }

        if (await errors is { Length: > 0 } text) _failures.Enqueue(text);
        _first.TrySetResult();
    }
}
