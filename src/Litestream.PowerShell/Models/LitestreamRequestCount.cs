namespace Litestream.PowerShell.Models;

/// <summary>Requests to the store of a replica since the replication began, repeated and failed ones among them.</summary>
/// <param name="Put">That store something, or a part of it.</param>
/// <param name="Get">That read an object.</param>
/// <param name="Head">That ask about an object or the bucket.</param>
/// <param name="List">That list objects, by the page.</param>
/// <param name="Delete">That delete.</param>
public sealed record LitestreamRequestCount(long Put, long Get, long Head, long List, long Delete)
{
    /// <summary>All of them.</summary>
    public long Total => Put + Get + Head + List + Delete;

    /// <inheritdoc/>
    public override string ToString() => $"{Total} (PUT {Put}, GET {Get}, HEAD {Head}, LIST {List}, DELETE {Delete})";
}
