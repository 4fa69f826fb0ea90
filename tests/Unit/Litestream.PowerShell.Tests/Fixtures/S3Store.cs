using Litestream.PowerShell.Tests.Hosting;
using Litestream.Servers;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>A store with one bucket, and the way to it, on which anything may happen.</summary>
internal sealed class S3Store : IAsyncDisposable
{
    private const string Settings = "$secret = [securestring]::new(); foreach ($c in 'secret'.ToCharArray()) { $secret.AppendChar($c) }; "
        + "$store = @{ Endpoint = $args[0]; Region = 'us-east-1'; Credential = [pscredential]::new('key', $secret) }; ";

    private readonly MotoProcess _store;

    private S3Store(MotoProcess store, FaultProxy way) => (_store, Way) = (store, way);

    /// <summary>The store itself.</summary>
    public Uri Endpoint => _store.Endpoint;

    /// <summary>The way to it.</summary>
    public FaultProxy Way { get; }

    /// <summary>Starts it; null where it is not installed.</summary>
    public static async Task<S3Store?> TryStartAsync()
    {
        var store = await MotoProcess.TryStartAsync();
        if (store is null) return null;
        using var http = new HttpClient();
        (await http.PutAsync(new Uri(store.Endpoint, "/bucket"), null)).EnsureSuccessStatusCode();
        return new(store, await FaultProxy.StartAsync(store.Endpoint));
    }

    /// <summary>Runs a script that has the store's settings in @store, for s3://bucket.</summary>
    public RunResult Run(ModuleHost host, string script) => host.Run(Settings + script, Way.Endpoint);

    /// <summary>The same, to be started and stopped by the test.</summary>
    public System.Management.Automation.PowerShell Create(ModuleHost host, string script) => host.Create(Settings + script, Way.Endpoint);

    /// <summary>Replicates to s3://bucket/app in another process until it is stopped.</summary>
    public OtherProcess Replicate(string database)
    {
        var process = OtherProcess.Start(Settings + "Start-LitestreamReplication $args[1] s3://bucket/app -Wait @store | ForEach-Object { $_.Kind }", Way.Endpoint.ToString(), database);
        process.WaitForLine("Started");
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        await Way.DisposeAsync();
        _store.Dispose();
    }
}
