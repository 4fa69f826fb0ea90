using Amazon.S3;
using Amazon.S3.Model;

namespace Litestream.Engine.Replicas.S3;

/// <summary>Stores one object, in parts where it is large. The content is streamed: nothing of it is held in memory beside the buffers of
/// the connection. One part at a time, which every store takes.</summary>
/// <param name="client">Asks the store.</param>
/// <param name="requests">Makes the requests.</param>
/// <param name="failures">Ends a request that does not get on.</param>
/// <param name="key">The object.</param>
/// <param name="time">The time it is given.</param>
internal sealed class S3Upload(AmazonS3Client client, S3Requests requests, S3Failures failures, string key, DateTimeOffset time)
{
    /// <summary>What is larger goes in parts, so that a failure costs one part.</summary>
    private const long SinglePartLimit = 16L << 20;

    private const int MaxParts = 10_000;

    /// <summary>A store puts the parts together when the last one is there, which takes some of them minutes.</summary>
    private static readonly TimeSpan s_completion = TimeSpan.FromMinutes(2);

    /// <summary>Stores from the content's position to its end.</summary>
    public async Task RunAsync(ObservedStream content, CancellationToken cancellationToken)
    {
        if (content.Length - content.Position <= SinglePartLimit) await PutAsync(content, cancellationToken).ConfigureAwait(false);
        else await PutInPartsAsync(content, cancellationToken).ConfigureAwait(false);
    }

    private async Task PutAsync(ObservedStream content, CancellationToken cancellationToken)
    {
        var request = requests.Put(key, content);
        request.Metadata[S3Time.Name] = S3Time.Format(time);
        var answer = await SendAsync(content, token => client.PutObjectAsync(request, token), cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrEmpty(answer.ETag)) throw failures.NoStore();
    }

    private async Task PutInPartsAsync(ObservedStream content, CancellationToken cancellationToken)
    {
        var begin = requests.BeginParts(key);
        begin.Metadata[S3Time.Name] = S3Time.Format(time);
        try
        {
            var upload = await failures.LimitAsync(token => client.InitiateMultipartUploadAsync(begin, token), cancellationToken).ConfigureAwait(false);
            var parts = await PutPartsAsync(content, upload.UploadId, cancellationToken).ConfigureAwait(false);
            var end = requests.EndParts(key, upload.UploadId, parts);
            await failures.LimitAsync(token => client.CompleteMultipartUploadAsync(end, token), cancellationToken, s_completion).ConfigureAwait(false);
        }
        finally
        {
            // also after a success: an upload may have been begun twice, because the answer was lost
            await new S3Leftovers(client, requests).TryAbortAsync(key, failures).ConfigureAwait(false);
        }
    }

    private async Task<List<PartETag>> PutPartsAsync(ObservedStream content, string uploadId, CancellationToken cancellationToken)
    {
        var size = Math.Max(SinglePartLimit, (content.Length - content.Position + MaxParts - 1) / MaxParts);
        var parts = new List<PartETag>();
        for (var number = 1; content.Position < content.Length; number++)
        {
            var end = Math.Min(content.Length, content.Position + size);
            var part = requests.PutPart(key, uploadId, number, content, end - content.Position);
            var answer = await SendAsync(content, token => client.UploadPartAsync(part, token), cancellationToken).ConfigureAwait(false);
            parts.Add(new(number, answer.ETag));
            content.Position = end;
        }

        return parts;
    }

    private Task<T> SendAsync<T>(ObservedStream content, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        failures.LimitAsync(
            (gotOn, token) =>
            {
                content.GotOn = gotOn;
                return request(token);
            }, cancellationToken);
}
