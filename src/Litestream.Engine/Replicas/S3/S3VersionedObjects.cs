using System.Net;
using Amazon.S3;

namespace Litestream.Engine.Replicas.S3;

/// <summary>Writes objects only if nobody else has meanwhile.</summary>
/// <param name="requests">Makes the requests.</param>
/// <param name="dialect">Whether the store can tell by itself.</param>
/// <param name="failures">Names what goes wrong.</param>
/// <param name="time">The clock.</param>
internal sealed class S3VersionedObjects(S3Requests requests, S3Dialect dialect, S3Failures failures, TimeProvider time)
{
    /// <summary>Where the store does not tell: how long another one who has looked before may take to write.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(3);

    private bool _isConditional = dialect.WritesConditionally;

    public async Task<VersionedObject> GetAsync(AmazonS3Client client, string key, CancellationToken cancellationToken)
    {
        using var response = await client.GetObjectAsync(requests.GetPlain(key), cancellationToken).ConfigureAwait(false);
        return new(await SmallContent.ReadAsync(response.ResponseStream, cancellationToken).ConfigureAwait(false), response.ETag);
    }

    public async Task<bool> TryPutAsync(
        AmazonS3Client client, string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        if (_isConditional)
        {
            try
            {
                await PutAsync(client, key, content, version, isConditional: true, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
            {
                return false;
            }
            catch (AmazonS3Exception e) when (version is not null && S3Errors.IsMissing(e))
            {
                return false;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotImplemented)
            {
                _isConditional = false;
            }
        }

        if (await FindAsync(client, key, cancellationToken).ConfigureAwait(false) is var there && there?.Version != version) return false;
        await PutAsync(client, key, content, version, isConditional: false, cancellationToken).ConfigureAwait(false);
        await Task.Delay(s_settling, time, cancellationToken).ConfigureAwait(false);
        return await FindAsync(client, key, cancellationToken).ConfigureAwait(false) is { } stored && stored.Content.Span.SequenceEqual(content.Span);
    }

    private async Task PutAsync(
        AmazonS3Client client, string key, ReadOnlyMemory<byte> content, string? version, bool isConditional, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content.ToArray());
        var request = requests.PutPlain(key, stream);
        if (isConditional && version is null) request.IfNoneMatch = "*";
        // some know an ETag only without its quotes, none only with them
        else if (isConditional) request.IfMatch = version!.Trim('"');
        var answer = await client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrEmpty(answer.ETag)) throw failures.NoStore();
    }

    private async Task<VersionedObject?> FindAsync(AmazonS3Client client, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(client, key, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
        {
            return null;
        }
    }
}
