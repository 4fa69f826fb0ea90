using System.Text.RegularExpressions;
using Litestream.Engine.Errors;

namespace Litestream.Engine.Replicas.S3;

/// <summary>Where a replica is in S3, as Litestream 0.3.13 reads its URL (replica format 6.3).</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What all keys begin with: empty, or ends with '/'.</param>
/// <param name="Endpoint">The store, if the URL says which; null for AWS.</param>
/// <param name="Region">The region, if the URL says it.</param>
internal sealed partial record S3Location(string Bucket, string Prefix, Uri? Endpoint, string? Region)
{
    public const string Scheme = "s3://";

    private static readonly (Regex Host, string Endpoint)[] s_stores =
    [
        (Localhost(), "http://localhost{port}"),
        (Backblaze(), "https://s3.{region}.backblazeb2.com"),
        (Filebase(), "https://s3.filebase.com"),
        (DigitalOcean(), "https://{region}.digitaloceanspaces.com"),
        (Scaleway(), "https://s3.{region}.scw.cloud"),
        (Linode(), "https://{region}.linodeobjects.com"),
    ];

    /// <summary>Reads a URL.</summary>
    /// <param name="url">Begins with <see cref="Scheme"/>; a query is passed over, nothing is decoded.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaUrlInvalid"/>.</exception>
    public static S3Location Parse(string url)
    {
        var rest = url[Scheme.Length..].Split('?', 2)[0];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[slash..].Trim('/'));
        // never repeated: it may hold a password
        if (rest.Contains('@', StringComparison.Ordinal)) throw Invalid("An S3 URL holds no user or password.", Scheme);
        var prefix = path.Length == 0 ? "" : path + "/";
        foreach (var (pattern, endpoint) in s_stores)
        {
            if (pattern.Match(host) is not { Success: true } match) continue;
            var region = match.Groups["region"].Value;
            // a region or port that no host can have
            if (!Uri.TryCreate(endpoint.Replace("{region}", region, StringComparison.Ordinal).Replace("{port}", match.Groups["port"].Value, StringComparison.Ordinal),
                UriKind.Absolute, out var store)) throw Invalid("The URL names no store that there could be.", Scheme);
            return Checked(new(match.Groups["bucket"].Value, prefix, store, region.Length > 0 ? region : "us-east-1"));
        }

        return Checked(new(host.Split(':', 2)[0], prefix, null, null));
    }

    /// <summary>The URL without what was passed over.</summary>
    public override string ToString() => $"{Scheme}{Bucket}{(Prefix.Length > 0 ? "/" + Prefix.TrimEnd('/') : "")}";

    private static S3Location Checked(S3Location location) => location.Bucket.Length > 0 && BucketName().IsMatch(location.Bucket)
        ? location : throw Invalid("The URL names no bucket that S3 could have.", Scheme);

    private static LitestreamException Invalid(string message, string target) =>
        new(ErrorCode.ReplicaUrlInvalid, message, target, "Give s3://bucket/path, and where it is not AWS the endpoint of the store.");

    [GeneratedRegex(@"^(?:(?<bucket>.+)\.)?localhost(?<port>:\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Localhost();

    [GeneratedRegex(@"^(?:(?<bucket>.+)\.)?s3\.(?<region>[^.]+)\.backblazeb2\.com$", RegexOptions.CultureInvariant)]
    private static partial Regex Backblaze();

    [GeneratedRegex(@"^(?:(?<bucket>.+)\.)?s3\.filebase\.com$", RegexOptions.CultureInvariant)]
    private static partial Regex Filebase();

    [GeneratedRegex(@"^(?:(?<bucket>.+)\.)?(?<region>[^.]+)\.digitaloceanspaces\.com$", RegexOptions.CultureInvariant)]
    private static partial Regex DigitalOcean();

    [GeneratedRegex(@"^(?:(?<bucket>.+)\.)?s3\.(?<region>[^.]+)\.scw\.cloud$", RegexOptions.CultureInvariant)]
    private static partial Regex Scaleway();

    [GeneratedRegex(@"^(?:(?<bucket>.+)\.)?(?<region>[^.]+)\.linodeobjects\.com$", RegexOptions.CultureInvariant)]
    private static partial Regex Linode();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex BucketName();
}
