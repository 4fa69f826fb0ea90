using Litestream.Engine.Replicas.S3;

namespace Litestream.PowerShell.Models;

/// <summary>Where a replica is, and what its store has to be told. Credentials are in it, and are never shown. A path or URL becomes one by
/// itself.</summary>
public sealed class LitestreamReplica : IEquatable<LitestreamReplica>
{
    /// <summary>A replica of which nothing is said beside its path or URL.</summary>
    /// <param name="url">The path or URL.</param>
    public LitestreamReplica(string url) => Url = url;

    /// <summary>A replica in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public LitestreamReplica(DirectoryInfo folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Url = folder.FullName;
    }

    internal LitestreamReplica(string url, S3Settings settings)
        : this(url) => Settings = settings;

    /// <summary>The path, or the URL.</summary>
    public string Url { get; }

    /// <summary>The S3 store, if it is not AWS.</summary>
    public Uri? Endpoint => Settings?.Endpoint;

    /// <summary>The region of the bucket; null if it is found out.</summary>
    public string? Region => Settings?.Region;

    /// <summary>The access key, without its secret; null if none was given.</summary>
    public string? AccessKey => Settings?.Credential?.AccessKeyId;

    /// <summary>The profile of the AWS configuration files.</summary>
    public string? ProfileName => Settings?.ProfileName;

    /// <summary>The storage class of what is stored.</summary>
    public string? StorageClass => Settings?.StorageClass;

    /// <summary>SSE-S3, SSE-KMS or SSE-C; null for the bucket's way.</summary>
    public string? Encryption => Settings?.Encryption?.ToString();

    /// <summary>Tags of what is stored.</summary>
    public IReadOnlyDictionary<string, string>? Tag => Settings?.Tags;

    /// <summary>What the engine is told; null if nothing was said.</summary>
    internal S3Settings? Settings { get; }

    /// <inheritdoc/>
    public bool Equals(LitestreamReplica? other) => other?.Url == Url;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LitestreamReplica);

    /// <inheritdoc/>
    public override int GetHashCode() => Url.GetHashCode(StringComparison.Ordinal);

    /// <summary>The path or URL.</summary>
    public override string ToString() => Url;
}
