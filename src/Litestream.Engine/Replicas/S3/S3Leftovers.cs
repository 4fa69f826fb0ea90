using Amazon.S3;
using Amazon.S3.Model;

namespace Litestream.Engine.Replicas.S3;

/// <summary>Parts of uploads that broke off: nobody sees them, and stores charge for them. Only for whoever the replica belongs to.</summary>
internal sealed class S3Leftovers(AmazonS3Client client, S3Requests requests)
{
    /// <summary>Lets go of all below a prefix.</summary>
    public async Task AbortAsync(string prefix, CancellationToken cancellationToken)
    {
        var request = requests.ListParts(prefix);
        ListMultipartUploadsResponse page;
        do
        {
            page = await client.ListMultipartUploadsAsync(request, cancellationToken).ConfigureAwait(false);
            foreach (var upload in page.MultipartUploads ?? []) await AbortAsync(upload, cancellationToken).ConfigureAwait(false);
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
    }

    /// <summary>The same for an object whose upload has ended, well or not. Not by the caller's token: that may be why it has failed.</summary>
    public async Task TryAbortAsync(string key, S3Failures failures)
    {
        try
        {
            await failures.LimitAsync(
                async token =>
                {
                    await AbortAsync(key, token).ConfigureAwait(false);
                    return true;
                }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (S3Errors.IsStoreError(e))
        {
            // what has failed before is told, and the next start looks again
        }
    }

    private async Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            await client.AbortMultipartUploadAsync(requests.AbortParts(upload), cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
        {
            // some list an upload for a moment after it has ended
        }
    }
}
