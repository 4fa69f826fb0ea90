namespace Litestream.Stress.Clients;

/// <summary>The clients that work at one time.</summary>
internal sealed class ClientFleet : IAsyncDisposable
{
    private readonly List<ClientProcess> _clients;

    /// <summary>Starts clients.</summary>
    /// <param name="database">The database.</param>
    /// <param name="specs">The clients.</param>
    /// <param name="seed">Seed of their random decisions.</param>
    /// <param name="confirmations">Learns what they confirm.</param>
    public ClientFleet(string database, IEnumerable<ClientSpec> specs, int seed, Confirmations confirmations) =>
        _clients = [.. specs.Select((spec, i) => new ClientProcess(database, spec, seed + i, confirmations))];

    /// <summary>Lets all work together for a while.</summary>
    public async Task WorkAsync(TimeSpan time)
    {
        await ReadyAsync();
        await Task.Delay(time);
    }

    /// <summary>Waits until all have come up.</summary>
    public Task ReadyAsync() => Task.WhenAll(_clients.Select(c => c.Ready));

    /// <summary>Ends all and adds their reports up.</summary>
    public async Task<FleetReport> StopAsync()
    {
        var report = new FleetReport();
        foreach (var each in await Task.WhenAll(_clients.Select(c => c.StopAsync()))) report.Add(each);
        return report;
    }

    /// <summary>Kills all at once.</summary>
    public Task KillAsync() => Task.WhenAll(_clients.Select(c => c.KillAsync()));

    public ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        return ValueTask.CompletedTask;
    }
}
