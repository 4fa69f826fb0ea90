using System.Net;
using System.Web;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Stores;

/// <summary>What a request asks of a bucket.</summary>
/// <param name="Operation">The kind.</param>
/// <param name="Key">The object; the prefix of a listing.</param>
/// <param name="Token">Where a listing goes on; null at its beginning.</param>
/// <param name="IsHead">Whether only the headers are wanted.</param>
/// <param name="IsOfUploads">Whether broken uploads are listed, of which there are none.</param>
internal sealed record BucketCall(Operation Operation, string Key, string? Token, bool IsHead, bool IsOfUploads)
{
    public static BucketCall Parse(HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        var key = WebUtility.UrlDecode(uri.AbsolutePath)[1..];
        key = key.Length > SimulatedBucket.Name.Length ? key[(SimulatedBucket.Name.Length + 1)..] : "";
        var query = HttpUtility.ParseQueryString(uri.Query);
        var isOfUploads = uri.Query.Contains("uploads", StringComparison.Ordinal);
        var isListing = isOfUploads || query["list-type"] is not null;
        return new(Kind(), isListing ? query["prefix"] ?? "" : key, query["continuation-token"], request.Method == HttpMethod.Head, isOfUploads);

        Operation Kind() => isListing ? Operation.StoreList
            : request.Method == HttpMethod.Put ? Operation.StorePut
            : request.Method == HttpMethod.Post || request.Method == HttpMethod.Delete ? Operation.StoreDelete
            : Operation.StoreGet;
    }
}
