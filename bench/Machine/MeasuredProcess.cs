using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Litestream.Bench.Machine;

/// <summary>A process whose use of the machine is watched from its start to its end.</summary>
internal sealed partial class MeasuredProcess : IAsyncDisposable
{
    private const int Interrupt = 2;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    private readonly Process _process;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Task<string> _output;
    private readonly Task<string> _errors;
    private readonly Task _watching;
    private ProcessFigures _last = new(default, 0, 0, 0, new Dictionary<string, ThreadFigures>());

    private MeasuredProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>What it has used up to now, or had at its end.</summary>
    public ProcessFigures Figures => ProcessFigures.Of(_process.Id) ?? _last;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it told of errors, when it has ended.</summary>
    public Task<string> ReadErrorsAsync() => _errors;

    /// <summary>How many handles it has now.</summary>
    public int Handles => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    /// <summary>How many threads it has now.</summary>
    public int Threads => Directory.GetDirectories($"/proc/{_process.Id}/task").Length;

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>Starts one.</summary>
    public static MeasuredProcess Start(Command command) => new(Process.Start(
        new ProcessStartInfo(command.Program, command.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!);

    /// <summary>Runs one to its end.</summary>
    public static async Task<Usage> RunAsync(Command command)
    {
        await using var process = Start(command);
        return await process.WaitAsync();
    }

    /// <summary>Waits for the end.</summary>
    /// <exception cref="InvalidOperationException">It has failed.</exception>
    public async Task<Usage> WaitAsync()
    {
        await _process.WaitForExitAsync();
        var wall = _watch.Elapsed;
        await _watching;
        if (_process.ExitCode != 0) throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}: {await _output}{await _errors}");
        return new(wall, _last.Cpu, _last.PeakMemory, await _output);
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            _ = Kill(_process.Id, Interrupt);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }
        }

        await _watching;
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int id, int signal);

    private async Task WatchAsync()
    {
        while (!_process.HasExited)
        {
            if (ProcessFigures.Of(_process.Id) is { } figures) _last = figures;
            await Task.Delay(s_look);
        }
    }
}
