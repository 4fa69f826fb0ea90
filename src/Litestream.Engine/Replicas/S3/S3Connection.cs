using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using Litestream.Engine.Errors;

namespace Litestream.Engine.Replicas.S3;

/// <summary>The SDK's client for one bucket, made at the first request: only then is the region looked for.</summary>
internal sealed class S3Connection : IDisposable
{
    private readonly S3Location _location;
    private readonly S3Settings _settings;
    private readonly S3RequestCounter _counter = new();
    private readonly S3Clock _clock;
    private readonly S3HttpClientFactory _http;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private AmazonS3Client? _client;

    /// <summary>Prepares.</summary>
    /// <param name="location">The bucket.</param>
    /// <param name="settings">What is said of it.</param>
    /// <param name="time">This machine's clock.</param>
    public S3Connection(S3Location location, S3Settings settings, TimeProvider time)
    {
        (_location, _settings, _clock) = (location, settings, new(time));
        _http = new(_counter, _clock, settings.Transport);
        Dialect = S3Dialect.Of(Endpoint);
        if (settings.Adapt is { } adapt) Dialect = adapt(Dialect);
    }

    /// <summary>What was asked so far.</summary>
    public RequestCounts Counts => _counter.Counts;

    /// <summary>How much later the store's clock is than this machine's; null before its first answer.</summary>
    public TimeSpan? ClockDifference => _clock.Difference;

    /// <summary>How the store speaks.</summary>
    public S3Dialect Dialect { get; }

    private Uri? Endpoint => _settings.Endpoint ?? _location.Endpoint;

    private string? Region => _settings.Region ?? _location.Region;

    /// <summary>Gives the client.</summary>
    public async Task<AmazonS3Client> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _client) is { } open) return open;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _client ??= Create(Region ?? (Endpoint is null ? await FindRegionAsync(cancellationToken).ConfigureAwait(false) : Dialect.Region));
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _http.Dispose();
        _gate.Dispose();
    }

    private async Task<string> FindRegionAsync(CancellationToken cancellationToken)
    {
        using var client = Create(Dialect.Region);
        var answer = await client.GetBucketLocationAsync(new Amazon.S3.Model.GetBucketLocationRequest { BucketName = _location.Bucket }, cancellationToken).ConfigureAwait(false);
        return answer.Location?.Value switch
        {
            null or "" => Dialect.Region,
            "EU" => "eu-west-1", // as the first buckets of Europe call it
            var region => region,
        };
    }

    private AmazonS3Client Create(string region)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = Dialect.UsesPathStyle,
            MaxErrorRetry = _settings.Retries,
            RetryMode = RequestRetryMode.Standard,
            RequestChecksumCalculation = Dialect.UsesChecksums ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = _http,
        };
        if (Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return FindCredentials() is { } credentials ? new(credentials, config) : new(config);
    }

    /// <returns>Null for the SDK's own chain.</returns>
    private AWSCredentials? FindCredentials()
    {
        if (_settings.ProfileName is { } profile)
            return new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var found) ? found : throw new LitestreamException(
                ErrorCode.ReplicaAccessDenied, $"The AWS configuration has no profile '{profile}'.", profile, "Correct its name, or give a credential.");
        var credential = _settings.Credential ?? FromEnvironment();
        return credential switch
        {
            null => null,
            { SessionToken: { } token } => new SessionAWSCredentials(credential.AccessKeyId, credential.SecretAccessKey, token),
            _ => new BasicAWSCredentials(credential.AccessKeyId, credential.SecretAccessKey),
        };
    }

    private static S3Credential? FromEnvironment() =>
        Environment.GetEnvironmentVariable("LITESTREAM_ACCESS_KEY_ID") is { Length: > 0 } key
        && Environment.GetEnvironmentVariable("LITESTREAM_SECRET_ACCESS_KEY") is { Length: > 0 } secret ? new(key, secret) : null;
}
