using Litestream.Bench.Machine;
using Litestream.Servers;

namespace Litestream.Bench.Compare.Rows;

/// <summary>Requests to S3 (Ceph's gateway), counted by a proxy before it: at a start, while somebody writes all the time, while nobody does.
/// Both with their defaults, which is an interval of a second.</summary>
internal sealed class RequestsRow : IRow
{
    private const int Intervals = 30;
    private const int AnHour = 3600 / Intervals;
    private static readonly TimeSpan s_phase = TimeSpan.FromSeconds(Intervals);
    private static readonly WriteLoad s_load = new(Intervals, Rate: 50, Rows: 1);
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5);

    public IReadOnlyList<int> Numbers => [11];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        if (await RgwCluster.ShareAsync() is not { } cluster)
        {
            Console.Error.WriteLine("row 11 is left out: Ceph (Debian packages radosgw, ceph-mon and ceph-osd) is not here");
            yield break;
        }

        await using var proxy = await FaultProxy.StartAsync(cluster.Gateway.Endpoint);
        var counter = new RequestCounter(proxy);
        var ours = await RunAsync(workshop, workshop.Ours, cluster.Gateway, proxy, counter);
        var theirs = await RunAsync(workshop, workshop.Theirs, cluster.Gateway, proxy, counter);
        double puts = ours.Writing.GetValueOrDefault("PUT") / (double)Intervals, theirPuts = theirs.Writing.GetValueOrDefault("PUT") / (double)Intervals;
        yield return new(11, "PUTs an interval, 50 commits a second", "", puts, theirPuts, 1, "1", puts <= 1 + 1.0 / Intervals);
        double lists = ours.Writing.GetValueOrDefault("LIST"), theirLists = theirs.Writing.GetValueOrDefault("LIST");
        yield return new(11, "LISTs meanwhile, an hour", "", lists * AnHour, theirLists * AnHour, 0, "0", lists == 0);
        yield return new(11, "all requests meanwhile, an hour", "", ours.Writing.Values.Sum() * AnHour, theirs.Writing.Values.Sum() * AnHour);
        var idle = ours.Idle.Values.Sum();
        yield return new(11, "requests while idle, an hour", "", idle * AnHour, theirs.Idle.Values.Sum() * AnHour, 0, "0", idle == 0);
        yield return new(11, "requests of a start with its snapshot", "", ours.Start.Values.Sum(), theirs.Start.Values.Sum());
    }

    private static async Task<Requests> RunAsync(Workshop workshop, ISystem system, RgwGateway server, FaultProxy proxy, RequestCounter counter)
    {
        using var buckets = new Buckets(server);
        var (database, place) = (workshop.CreateDatabase(4), new S3Place(proxy.Endpoint, await buckets.CreateAsync(), server.Credential.Key, server.Credential.Secret));
        counter.Take();
        await using var process = MeasuredProcess.Start(system.ReplicateToS3(database, place));
        await Task.Delay(s_start);
        var start = counter.Take();
        await s_load.RunAsync(database);
        var writing = counter.Take();
        await Task.Delay(s_rest);
        counter.Take();
        await Task.Delay(s_phase);
        return new(start, writing, counter.Take());
    }

    private sealed record Requests(IReadOnlyDictionary<string, int> Start, IReadOnlyDictionary<string, int> Writing, IReadOnlyDictionary<string, int> Idle);
}
