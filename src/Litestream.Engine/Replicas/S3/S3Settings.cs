namespace Litestream.Engine.Replicas.S3;

/// <summary>What is said of an S3 replica beside its URL.</summary>
public sealed record S3Settings
{
    /// <summary>Where the store is, for stores other than AWS; null for what the URL says, or AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The bucket's region; null to find it out.</summary>
    public string? Region { get; init; }

    /// <summary>Who asks; null for the variables <c>LITESTREAM_ACCESS_KEY_ID</c> and <c>LITESTREAM_SECRET_ACCESS_KEY</c>, or else the
    /// AWS SDK's own chain.</summary>
    public S3Credential? Credential { get; init; }

    /// <summary>A profile of the AWS configuration files, in place of a credential; null for none.</summary>
    public string? ProfileName { get; init; }

    /// <summary>The storage class of what is stored, as the store calls it, e.g. <c>STANDARD_IA</c>; null for the bucket's.</summary>
    public string? StorageClass { get; init; }

    /// <summary>How the store encrypts what is stored; null for the bucket's way.</summary>
    public S3Encryption? Encryption { get; init; }

    /// <summary>Tags of what is stored.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a store may take without getting on before it counts as away. A body may take longer, as long as it gets on.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Carries the requests; null for the network.</summary>
    internal HttpMessageHandler? Transport { get; init; }

    /// <summary>Tries of the SDK beside the first, within seconds. What fails longer is tried again by whoever replicates.</summary>
    internal int Retries { get; init; } = 2;

    /// <summary>Changes what is known of the store's dialect; null to leave it.</summary>
    public Func<S3Dialect, S3Dialect>? Adapt { get; init; }
}
