using System.Text.RegularExpressions;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas.S3;

namespace Litestream.Engine.Configuration;

/// <summary>Reads a replica.</summary>
/// <param name="reader">Resolves paths.</param>
/// <param name="root">The file's own keys, which a replica without its own inherits.</param>
internal sealed partial class ReplicaReader(ConfigurationReader reader, ConfigurationSection root)
{
    private const string TypeHint = "Give a folder ('path'), or an S3 bucket ('url: s3://bucket/path'): this module has replicas of types file and s3.";

    private static readonly string[] s_onlyS3 =
    [
        "access-key-id", "secret-access-key", "bucket", "region", "endpoint", "force-path-style", "skip-verify", "storage-class",
        "sse-customer-algorithm", "sse-customer-key", "sse-kms-key-id",
    ];

    public ReplicaConfiguration Read(ConfigurationSection section)
    {
        var (url, path) = (section.Text("url"), section.Text("path"));
        if (url is not null && path is not null) throw section.Refuse("url", "a replica has 'url' and 'path'.", "Give one of both.");
        if (path is not null && Scheme().IsMatch(path)) throw section.Refuse("path", "a URL stands in 'path'.", "Write it as 'url'.");
        var scheme = url is null ? null : Scheme().Match(url) is { Success: true } match ? match.Groups["type"].Value.ToLowerInvariant()
            : throw section.Refuse("url", "'url' is no URL.", "Write s3://bucket/path or file:///folder, or give a folder with 'path'.");
        // the URL's scheme wins, as in Litestream
        var type = scheme ?? section.Text("type") ?? "file";
        var (place, settings) = type switch
        {
            "file" => (ReadFolder(section, url, path), null),
            "s3" => ReadS3(section, url, path),
            _ => throw section.Refuse(scheme is null ? "type" : "url", $"a replica of type '{type}' is not supported.", TypeHint),
        };
        return new()
        {
            Name = section.Text("name") ?? type,
            Url = place,
            S3 = settings,
            SyncInterval = section.Wait("sync-interval"),
            SnapshotInterval = section.Duration("snapshot-interval"),
            Retention = section.Duration("retention"),
            RetentionCheckInterval = section.Wait("retention-check-interval"),
        };
    }

    private string ReadFolder(ConfigurationSection section, string? url, string? path)
    {
        if (Array.Find(s_onlyS3, section.Has) is { } other) throw section.Refuse(other, $"'{other}' belongs to a replica of type s3, and this one is a folder.", "Give 'type: s3' or a URL, or remove the key.");
        if (url is null) return reader.Resolve(path ?? throw section.Refuse("path", "a replica has neither 'path' nor 'url'.", TypeHint));
        var folder = url["file://".Length..].TrimStart('/');
        if (folder.Length == 0) throw section.Refuse("url", "'url' names no folder.", "Write file:///folder.");
        // nothing is decoded, as in Litestream
        return reader.Resolve(OperatingSystem.IsWindows() ? folder : "/" + folder);
    }

    private (string Url, S3Settings Settings) ReadS3(ConfigurationSection section, string? url, string? path)
    {
        var (key, secret) = (Inherited(section, "access-key-id"), Inherited(section, "secret-access-key"));
        if (key is null != secret is null)
            throw section.Refuse(key is null ? "secret-access-key" : "access-key-id", "only one of 'access-key-id' and 'secret-access-key' is given.", "Give both, or none for the environment's.");
        if (SourceOf(section, "skip-verify").Flag("skip-verify") == true)
            throw SourceOf(section, "skip-verify").Refuse("skip-verify", "'skip-verify: true' is not supported: anybody on the way could read and change the replica.",
                "Let the machine trust the store's certificate, and remove the key.");

        var bucket = url is null ? Inherited(section, "bucket") : section.Has("bucket") ? throw section.Refuse("bucket", "a replica has 'url' and 'bucket'.", "Give one of both.") : null;
        if (url is null && bucket is null) throw section.Refuse("type", "a replica of type s3 has neither 'url' nor 'bucket'.", "Give 'url: s3://bucket/path', or 'bucket' and 'path'.");
        if ((url ?? path)?.Contains('?', StringComparison.Ordinal) == true)
            throw url is null
                ? section.Refuse("path", "a '?' can't be part of an S3 URL.", "Name the path without a question mark.")
                : section.Refuse("url", "what stands behind '?' in 'url' is not read.", "Write it as keys: endpoint, region, force-path-style, storage-class.");
        var place = url ?? (path is null ? $"s3://{bucket}" : $"s3://{bucket}/{path.Trim('/')}");
        try
        {
            place = S3Location.Parse(place) is var location && url is not null && location.Endpoint is null ? location.ToString() : place;
        }
        catch (LitestreamException e)
        {
            throw url is null
                ? SourceOf(section, "bucket").Refuse("bucket", "'bucket' is no name that S3 could have.", "Write the name of the bucket alone, without a scheme, and what is below it as 'path'.")
                : section.Refuse("url", $"'url': {e.Message}", e.Hint);
        }

        var pathStyle = SourceOf(section, "force-path-style").Flag("force-path-style");
        return (place, new()
        {
            Endpoint = ReadEndpoint(section),
            Region = Inherited(section, "region"),
            Credential = key is null ? null : new(key, secret!),
            StorageClass = Inherited(section, "storage-class"),
            Encryption = ReadEncryption(section),
            Adapt = pathStyle is { } forced ? dialect => dialect with { UsesPathStyle = forced } : null,
        });
    }

    private Uri? ReadEndpoint(ConfigurationSection section)
    {
        if (Inherited(section, "endpoint") is not { } text) return null;
        return Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute, out var uri)
            && uri is { Scheme: "http" or "https", UserInfo: "" } ? uri
            // not repeated: it may hold a password
            : throw SourceOf(section, "endpoint").Refuse("endpoint", "'endpoint' is no http:// or https:// URL, or has a user in it.", "Write it as https://minio.example.com:9000.");
    }

    private S3Encryption? ReadEncryption(ConfigurationSection section)
    {
        if (Inherited(section, "sse-customer-algorithm") is not (null or "AES256"))
            throw SourceOf(section, "sse-customer-algorithm").Refuse("sse-customer-algorithm", "'sse-customer-algorithm' is not AES256.", "There is no other: write AES256.");
        var (customer, kms) = (Inherited(section, "sse-customer-key"), Inherited(section, "sse-kms-key-id"));
        if (customer is not null && kms is not null)
            throw SourceOf(section, "sse-kms-key-id").Refuse("sse-kms-key-id", "both 'sse-customer-key' and 'sse-kms-key-id' are given.", "Give one of both.");
        if (customer is null) return kms is null ? null : S3Encryption.ByKms(kms);
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(customer, bytes, out var count) && count == 32 ? S3Encryption.ByCustomer(bytes[..count])
            : throw SourceOf(section, "sse-customer-key").Refuse("sse-customer-key", "'sse-customer-key' is not 32 bytes in Base64.", "Make one with: openssl rand -base64 32");
    }

    private ConfigurationSection SourceOf(ConfigurationSection section, string key) => section.Has(key) ? section : root;

    private string? Inherited(ConfigurationSection section, string key) => section.Text(key) ?? root.Text(key);

    [GeneratedRegex(@"^(?<type>\w+)://", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
