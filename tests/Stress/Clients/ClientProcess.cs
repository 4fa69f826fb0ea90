using System.Diagnostics;
using System.Globalization;
using Litestream.Workload.Reports;

namespace Litestream.Stress.Clients;

/// <summary>A running client: an application in a process of its own.</summary>
internal sealed class ClientProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task<string> _errors;
    private readonly Confirmations _confirmations;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClientReport? _report;

    /// <summary>Starts a client.</summary>
    /// <param name="database">The database.</param>
    /// <param name="spec">What it does.</param>
    /// <param name="seed">Seed of its random decisions.</param>
    /// <param name="confirmations">Learns each commit that the client confirms.</param>
    public ClientProcess(string database, ClientSpec spec, int seed, Confirmations confirmations)
    {
        Spec = spec;
        _confirmations = confirmations;
        _process = ChildProcess.StartOwn("Workload.dll",
        [
            spec.Command, database, "--seed", seed.ToString(CultureInfo.InvariantCulture),
            .. spec.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ]);
        _reading = ReadAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public ClientSpec Spec { get; }

    /// <summary>Completes when the client has come up: with many of them that takes longer than it seems.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Lets the client end by itself, or ends it when it waits for its standard input, and takes its report.</summary>
    public async Task<ClientReport> StopAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it has ended by itself
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            throw new RunFailedException($"The client '{Spec}' hangs.");
        }

        await _reading;
        if (_process.ExitCode != 0 || _report is null)
            throw new RunFailedException($"The client '{Spec}' ended with {_process.ExitCode}: {await _errors}");
        return _report;
    }

    /// <summary>Kills it without a word (SIGKILL).</summary>
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
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _ready.TrySetResult();
            if (!_confirmations.Read(line)) _report = ClientReport.Parse(line) ?? _report;
        }

        _ready.TrySetResult(); // StopAsync says why it has ended
    }
}
