using System.Buffers;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas;

/// <summary>The content of an object: decompressed, its checksum and its seal verified at the end, whatever is wrong with it named.</summary>
internal sealed class DecodedObjectStream : ReadOnlyStream
{
    private const int MeasureBufferSize = 256 * 1024;

    private readonly StoredObjectStream _stored;
    private readonly SealedObjectStream _sealed;
    private readonly Stream _content;
    private readonly string _key;

    /// <summary>Decodes an object.</summary>
    /// <param name="source">The object as stored; is disposed with this stream.</param>
    /// <param name="key">Its key, which its seal is for.</param>
    public DecodedObjectStream(Stream source, string key)
    {
        _stored = new(source);
        _sealed = new(_stored, key);
        _content = Lz4Frame.Decode(_sealed);
        _key = key;
    }

    private static ReadOnlySpan<byte> AgeMagic => "age-encryption.org/v1"u8;

    /// <summary>Stored bytes read so far.</summary>
    public long StoredBytesRead => _stored.BytesRead;

    /// <summary>Whether the object has a seal; known when something was read.</summary>
    public bool IsSealed => _sealed.IsSealed;

    public static async Task<DecodedObjectStream> OpenAsync(IReplicaClient replica, string key, CancellationToken cancellationToken) =>
        new(await replica.GetAsync(key, cancellationToken).ConfigureAwait(false), key);

    /// <summary>Reads an object to its end and tells how long its content is.</summary>
    public static async Task<long> MeasureAsync(IReplicaClient replica, string key, CancellationToken cancellationToken)
    {
        var content = await OpenAsync(replica, key, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false)) return await content.MeasureAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads to the end and tells how long the content is.</summary>
    public async Task<long> MeasureAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MeasureBufferSize);
        try
        {
            long length = 0;
            int read;
            while ((read = await ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0) length += read;
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = _content.Read(buffer);
            if (read == 0 && buffer.Length > 0) CheckEnd(_sealed.Read(stackalloc byte[1]));
            return read;
        }
        catch (Exception e) when (IsDecodingError(e))
        {
            throw Undecodable(e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await _content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0 && buffer.Length > 0) CheckEnd(await _sealed.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false));
            return read;
        }
        catch (Exception e) when (IsDecodingError(e))
        {
            throw Undecodable(e);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _content.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _content.Dispose();
        base.Dispose(disposing);
    }

    // The decoder takes no bytes at all for an empty content, but even that has a frame; and it may leave bytes behind a frame.
    private void CheckEnd(int more)
    {
        if (_stored.BytesRead == 0) throw new InvalidDataException("it is empty");
        if (more > 0) throw new InvalidDataException("bytes follow behind its end");
    }

    // The store's own failures have their names already. Of the decoder, what it throws on hostile bytes is not documented.
    private static bool IsDecodingError(Exception e) => e is not (LitestreamException or OperationCanceledException or OutOfMemoryException);

    private LitestreamException Undecodable(Exception e)
    {
        var head = _stored.Head;
        if (head.Length >= 4 && AgeMagic.StartsWith(head[..Math.Min(head.Length, AgeMagic.Length)]))
            return new(ErrorCode.ObjectEncrypted, $"The object '{_key}' is encrypted with age.", _key,
                "Restore this replica with Litestream 0.3 and its age identity.", e);
        var what = e is EndOfStreamException
            ? $"is cut off after {_stored.BytesRead} bytes"
            : $"can't be decompressed ({e.Message.TrimEnd('.')})";
        return new(ErrorCode.ObjectCorrupt, $"The object '{_key}' {what}.", _key,
            "Put back an intact copy of the object, or restore to an earlier point.", e);
    }
}
