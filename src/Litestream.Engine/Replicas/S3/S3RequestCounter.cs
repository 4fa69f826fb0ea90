namespace Litestream.Engine.Replicas.S3;

/// <summary>Counts what goes over the wire: what the SDK repeats, the store charges too.</summary>
internal sealed class S3RequestCounter
{
    private long _put;
    private long _get;
    private long _head;
    private long _list;
    private long _delete;

    public RequestCounts Counts => new(
        Volatile.Read(ref _put), Volatile.Read(ref _get), Volatile.Read(ref _head), Volatile.Read(ref _list), Volatile.Read(ref _delete));

    public void Note(HttpRequestMessage request)
    {
        var query = request.RequestUri?.Query ?? "";
        if (request.Method == HttpMethod.Put || (request.Method == HttpMethod.Post && !Has(query, "delete"))) Interlocked.Increment(ref _put);
        else if (request.Method == HttpMethod.Head || Has(query, "location")) Interlocked.Increment(ref _head);
        else if (request.Method == HttpMethod.Get) Interlocked.Increment(ref (Has(query, "list-type") || Has(query, "uploads")) ? ref _list : ref _get);
        else Interlocked.Increment(ref _delete);
    }

    private static bool Has(string query, string name) =>
        query.TrimStart('?').Split('&').Any(part => part.Split('=', 2)[0] == name);
}
