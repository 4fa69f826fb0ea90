namespace Litestream.Engine.Replicas;

/// <summary>Requests to a store that charges for them, by kind, those that were repeated or failed among them.</summary>
/// <param name="Put">That store something, or a part of it.</param>
/// <param name="Get">That read an object.</param>
/// <param name="Head">That ask about an object or a bucket.</param>
/// <param name="List">That list objects or folders, by the page.</param>
/// <param name="Delete">That delete.</param>
public sealed record RequestCounts(long Put, long Get, long Head, long List, long Delete)
{
    /// <summary>All of them.</summary>
    public long Total => Put + Get + Head + List + Delete;
}
