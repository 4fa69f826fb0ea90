namespace Litestream.Bench.Compare;

/// <summary>A bucket on a server.</summary>
/// <param name="Endpoint">The server.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">Who asks.</param>
/// <param name="Secret">That one's secret.</param>
internal sealed record S3Place(Uri Endpoint, string Bucket, string Key, string Secret);
