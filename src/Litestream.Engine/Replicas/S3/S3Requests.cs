using Amazon.S3;
using Amazon.S3.Model;

namespace Litestream.Engine.Replicas.S3;

/// <summary>Makes the requests for one replica: what applies to all of them is in here.</summary>
internal sealed class S3Requests(S3Location location, S3Settings settings, S3Dialect dialect)
{
    public string KeyOf(string key) => location.Prefix + key;

    public GetObjectRequest Get(string key)
    {
        var request = new GetObjectRequest { BucketName = location.Bucket, Key = KeyOf(key) };
        settings.Encryption?.ApplyTo(request);
        return request;
    }

    public GetObjectMetadataRequest Head(string key)
    {
        var request = new GetObjectMetadataRequest { BucketName = location.Bucket, Key = KeyOf(key) };
        settings.Encryption?.ApplyTo(request);
        return request;
    }

    public ListObjectsV2Request List(string prefix) => new() { BucketName = location.Bucket, Prefix = KeyOf(prefix), Delimiter = "/" };

    public PutObjectRequest Put(string key, Stream content)
    {
        var request = PutPlain(key, content);
        (request.StorageClass, request.TagSet) = (StorageClass, Tags);
        settings.Encryption?.ApplyTo(request);
        return request;
    }

    /// <summary>For what is no secret, must be read at once and must not end by a rule: as the bucket has it, whatever is said of the replica.</summary>
    public PutObjectRequest PutPlain(string key, Stream content) => new()
    {
        BucketName = location.Bucket,
        Key = KeyOf(key),
        InputStream = content,
        AutoCloseStream = false,
        AutoResetStreamPosition = false,
        UseChunkEncoding = dialect.UsesChunkedUploads,
    };

    /// <summary>Reads what <see cref="PutPlain"/> has stored.</summary>
    public GetObjectRequest GetPlain(string key) => new() { BucketName = location.Bucket, Key = KeyOf(key) };

    public InitiateMultipartUploadRequest BeginParts(string key)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = location.Bucket, Key = KeyOf(key), StorageClass = StorageClass, TagSet = Tags };
        settings.Encryption?.ApplyTo(request);
        return request;
    }

    /// <summary>A part: the content from its present position on.</summary>
    public UploadPartRequest PutPart(string key, string uploadId, int number, Stream content, long size)
    {
        var request = new UploadPartRequest
        {
            BucketName = location.Bucket,
            Key = KeyOf(key),
            UploadId = uploadId,
            PartNumber = number,
            InputStream = content,
            PartSize = size,
            IsLastPart = content.Position + size == content.Length,
            UseChunkEncoding = dialect.UsesChunkedUploads,
        };
        settings.Encryption?.ApplyTo(request);
        return request;
    }

    public CompleteMultipartUploadRequest EndParts(string key, string uploadId, List<PartETag> parts) =>
        new() { BucketName = location.Bucket, Key = KeyOf(key), UploadId = uploadId, PartETags = parts };

    /// <summary>Lists uploads that have not ended.</summary>
    public ListMultipartUploadsRequest ListParts(string prefix) => new() { BucketName = location.Bucket, Prefix = KeyOf(prefix) };

    public AbortMultipartUploadRequest AbortParts(MultipartUpload upload) =>
        new() { BucketName = location.Bucket, Key = upload.Key, UploadId = upload.UploadId };

    public DeleteObjectsRequest Delete(IEnumerable<string> keys) =>
        new() { BucketName = location.Bucket, Quiet = true, Objects = [.. keys.Select(key => new KeyVersion { Key = KeyOf(key) })] };

    public DeleteObjectRequest Delete(string key) => new() { BucketName = location.Bucket, Key = KeyOf(key) };

    private S3StorageClass? StorageClass => settings.StorageClass is { } name ? S3StorageClass.FindValue(name) : null;

    private List<Tag>? Tags => settings.Tags.Count == 0 ? null : [.. settings.Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })];
}
