using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Litestream.Bench.Machine;
using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Litestream.Engine.Replication;
using Litestream.Servers;

namespace Litestream.Bench.Cases;

/// <summary>
/// Requests to S3 by kind of ours and of Litestream 0.3.13, each with its defaults, on the same work: a start, a minute with 50 commits a
/// second, a minute without any. Counted by a proxy before moto; an hour is sixty such minutes, without what happens once an hour (Litestream's retention and
/// snapshots, ours too).
/// </summary>
internal static class RequestsCase
{
    private const int Commits = 50;
    private static readonly TimeSpan s_phase = TimeSpan.FromMinutes(1);
    private static readonly string[] s_kinds = ["PUT", "GET", "HEAD", "LIST", "DELETE", "POST"];

    public static async Task<int> RunAsync()
    {
        using var moto = await MotoProcess.TryStartAsync();
        var oracle = Path.GetFullPath("artifacts/oracle/litestream");
        if (moto is null || !File.Exists(oracle))
        {
            Console.Error.WriteLine("moto_server (pip, moto[server]) or artifacts/oracle/litestream (.ci/run gets it) is not here");
            return 1;
        }

        using var buckets = new Buckets(moto);
        await using var proxy = await FaultProxy.StartAsync(moto.Endpoint);
        var counts = new ConcurrentDictionary<string, int>();
        proxy.Decide = request =>
        {
            counts.AddOrUpdate(KindOf(request), 1, (_, n) => n + 1);
            return Fault.None;
        };
        Console.WriteLine($"{"",-34}{string.Join("", s_kinds.Select(k => $"{k,8}"))}{"all",8}");
        await MeasureAsync("ours", counts, database => ReplicateAsync(database, buckets, proxy));
        await MeasureAsync("Litestream 0.3.13", counts, database => ReplicateAsync(oracle, database, buckets, proxy, moto));
        return 0;
    }

    private static async Task MeasureAsync(string name, ConcurrentDictionary<string, int> counts, Func<string, Task<IAsyncDisposable>> start)
    {
        var folder = Directory.CreateTempSubdirectory("litestream-bench-").FullName;
        var database = Path.Combine(folder, "app.db");
        Databases.Create(database, 4);
        using (var connection = Databases.Open(database))
        {
            counts.Clear();
            await using (await start(database))
            {
                Databases.Commit(connection);
                await Task.Delay(TimeSpan.FromSeconds(10));
                Print($"{name}: start, first snapshot", counts, 1);
                for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_phase;)
                {
                    Databases.Commit(connection);
                    await Task.Delay(1000 / Commits);
                }

                Print($"{name}: under load, an hour", counts, 60);
                await Task.Delay(TimeSpan.FromSeconds(5)); // what is still under way
                counts.Clear();
                await Task.Delay(s_phase);
                Print($"{name}: idle, an hour", counts, 60);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<IAsyncDisposable> ReplicateAsync(string database, Buckets buckets, FaultProxy proxy)
    {
        var settings = new S3Settings { Endpoint = proxy.Endpoint, Region = "us-east-1", Credential = new("key", "secret") };
        var client = ReplicaClients.Open($"s3://{await buckets.CreateAsync()}/app", "/", new(), settings);
        return new OurRun(new(new() { DatabasePath = database }, [client], new EngineEnvironment()));
    }

    private static async Task<IAsyncDisposable> ReplicateAsync(string oracle, string database, Buckets buckets, FaultProxy proxy, MotoProcess moto)
    {
        var config = database + ".yml";
        await File.WriteAllTextAsync(config, $"""
            access-key-id: {moto.Credential.Key}
            secret-access-key: {moto.Credential.Secret}
            dbs:
              - path: {database}
                replicas:
                  - type: s3
                    bucket: {await buckets.CreateAsync()}
                    path: app
                    endpoint: {proxy.Endpoint.AbsoluteUri.TrimEnd('/')}
                    region: us-east-1
                    force-path-style: true
            """);
        return new TheirRun(Process.Start(new ProcessStartInfo(oracle, ["replicate", "-config", config]) { RedirectStandardOutput = true, RedirectStandardError = true })!);
    }

    private static string KindOf(string request)
    {
        var method = request[..request.IndexOf(' ', StringComparison.Ordinal)];
        var isListing = method == "GET" && (request.Contains("prefix=", StringComparison.Ordinal) || request.Contains("list-type", StringComparison.Ordinal)
            || request.Contains("?uploads", StringComparison.Ordinal) || request.Contains("location", StringComparison.Ordinal));
        return isListing ? "LIST" : method;
    }

    private static void Print(string name, ConcurrentDictionary<string, int> counts, int times)
    {
        Console.WriteLine($"{name,-34}{string.Join("", s_kinds.Select(k => $"{(counts.GetValueOrDefault(k) * times).ToString(CultureInfo.InvariantCulture),8}"))}{counts.Values.Sum() * times,8}");
        counts.Clear();
    }

    private sealed class OurRun : IAsyncDisposable
    {
        private readonly DatabaseReplicator _replicator;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public OurRun(DatabaseReplicator replicator)
        {
            _replicator = replicator;
            _running = Task.Run(() => replicator.RunAsync(_stop.Token));
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            await _replicator.DisposeAsync();
            _stop.Dispose();
        }
    }

    private sealed class TheirRun : IAsyncDisposable
    {
        private readonly Process _process;

        public TheirRun(Process process)
        {
            _process = process;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }
}
