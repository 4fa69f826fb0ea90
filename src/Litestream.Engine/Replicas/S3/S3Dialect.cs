namespace Litestream.Engine.Replicas.S3;

/// <summary>How a store speaks S3's protocol: what AWS, which defines it, takes, others refuse or pass over.</summary>
public sealed record S3Dialect
{
    /// <summary>AWS.</summary>
    internal static readonly S3Dialect s_aws = new();

    /// <summary>What any other store understands as far as is known.</summary>
    internal static readonly S3Dialect s_other = new() { UsesPathStyle = true };

    private static readonly (string Domain, S3Dialect Dialect)[] s_stores =
    [
        ("amazonaws.com", s_aws),
        ("amazonaws.com.cn", s_aws),
        ("r2.cloudflarestorage.com", s_other with { Region = "auto" }),
        ("storage.googleapis.com", s_other with { Region = "auto", DeletesInBatches = false, WritesConditionally = false }),
        ("backblazeb2.com", s_other with { WritesConditionally = false }),
    ];

    /// <summary>Whether the bucket stands in the path of a request, not in its host.</summary>
    public bool UsesPathStyle { get; init; }

    /// <summary>Whether each upload carries a checksum beside its signature, as a bucket with object lock wants.</summary>
    public bool UsesChecksums { get; init; }

    /// <summary>Whether a body goes in signed chunks (aws-chunked): it is read once then, not twice, which many stores refuse.</summary>
    public bool UsesChunkedUploads { get; init; }

    /// <summary>Whether a request may delete many objects.</summary>
    public bool DeletesInBatches { get; init; } = true;

    /// <summary>Whether <c>If-None-Match</c> and <c>If-Match</c> of a PUT are heeded.</summary>
    public bool WritesConditionally { get; init; } = true;

    /// <summary>The region that requests are signed for where none is given and none can be asked for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The dialect of a store.</summary>
    /// <param name="endpoint">Where it is; null for AWS.</param>
    public static S3Dialect Of(Uri? endpoint)
    {
        if (endpoint is null) return s_aws;
        foreach (var (domain, dialect) in s_stores)
        {
            if (endpoint.Host.Equals(domain, StringComparison.OrdinalIgnoreCase) || endpoint.Host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase))
                return dialect;
        }

        return s_other;
    }
}
