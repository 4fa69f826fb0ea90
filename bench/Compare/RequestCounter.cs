using System.Collections.Concurrent;
using Litestream.Servers;

namespace Litestream.Bench.Compare;

/// <summary>Counts the requests that go through a proxy, by kind.</summary>
internal sealed class RequestCounter
{
    private ConcurrentDictionary<string, int> _counts = new();

    public RequestCounter(FaultProxy proxy) => proxy.Decide = request =>
    {
        _counts.AddOrUpdate(KindOf(request), 1, (_, n) => n + 1);
        return Fault.None;
    };

    /// <summary>What was counted since the last time.</summary>
    public IReadOnlyDictionary<string, int> Take() => Interlocked.Exchange(ref _counts, new());

    private static string KindOf(string request)
    {
        var method = request[..request.IndexOf(' ', StringComparison.Ordinal)];
        var isListing = method == "GET" && (request.Contains("prefix=", StringComparison.Ordinal) || request.Contains("list-type", StringComparison.Ordinal)
            || request.Contains("?uploads", StringComparison.Ordinal) || request.Contains("location", StringComparison.Ordinal));
        return isListing ? "LIST" : method;
    }
}
