using Amazon.S3;
using Amazon.S3.Model;

namespace Litestream.Engine.Replicas.S3;

/// <summary>An object's bytes, which go on where they were cut off: a way of hours breaks now and then. What goes on is the same object, or
/// it fails.</summary>
/// <param name="client">Asks on.</param>
/// <param name="requests">Makes the requests.</param>
/// <param name="key">The object.</param>
/// <param name="response">Its bytes from the start on.</param>
/// <param name="failures">Names what fails, and ends what hangs.</param>
internal sealed class S3ObjectStream(AmazonS3Client client, S3Requests requests, string key, GetObjectResponse response, S3Failures failures) : ReadOnlyStream
{
    /// <summary>Without a byte between them: whoever gets on may break as often as it likes.</summary>
    private const int MaxResumptions = 5;

    private readonly (long Length, string ETag) _object = (response.ContentLength, response.ETag);
    private GetObjectResponse? _response = response;
    private long _position;
    private int _resumptions;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var count = await failures.LimitAsync(token => ReadOnceAsync(buffer, token), cancellationToken).ConfigureAwait(false);
                _position += count;
                if (count > 0) _resumptions = 0;
                return count;
            }
            catch (Exception e) when (S3Errors.IsStoreError(e, cancellationToken))
            {
                _response?.Dispose();
                _response = null;
                if (++_resumptions > MaxResumptions || S3Errors.IsFinal(e)) throw failures.Wrap(e, "read", key);
            }
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var copy = new byte[buffer.Length];
        var count = ReadAsync(copy).AsTask().GetAwaiter().GetResult();
        copy.AsSpan(0, count).CopyTo(buffer);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _response?.Dispose();
        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_position >= _object.Length || buffer.Length == 0) return 0;
        _response ??= await ResumeAsync(cancellationToken).ConfigureAwait(false);
        var count = await _response.ResponseStream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return count > 0 ? count : throw new EndOfStreamException("The connection ended early.");
    }

    private async Task<GetObjectResponse> ResumeAsync(CancellationToken cancellationToken)
    {
        var request = requests.Get(key);
        request.ByteRange = new(_position, _object.Length - 1);
        request.EtagToMatch = _object.ETag;
        var rest = await client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        if (rest.ContentLength == _object.Length - _position && rest.ContentRange?.StartsWith($"bytes {_position}-", StringComparison.Ordinal) == true) return rest;
        rest.Dispose();
        throw new IOException("the store does not give a part of an object when it is asked for one");
    }
}
