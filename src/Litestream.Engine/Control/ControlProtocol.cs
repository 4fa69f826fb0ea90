using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Engine.Control;

/// <summary>Messages on a stream: 4 bytes of length, little-endian, then so many bytes of JSON. One request on a connection.</summary>
internal static class ControlProtocol
{
    /// <summary>Changes when an older process would misunderstand.</summary>
    public const int Version = 1;

    /// <summary>Bytes of a request at most.</summary>
    public const int MaxRequestSize = 1 << 10;

    /// <summary>Bytes of a reply at most: 64 replicas with an error each, with room.</summary>
    public const int MaxReplySize = 1 << 21;

    private const int PrefixSize = 4;

    private static readonly JsonSerializerOptions s_options = new()
    {
        MaxDepth = 8,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Sends a message.</summary>
    public static async Task WriteAsync<T>(Stream stream, T message, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, s_options);
        var frame = new byte[PrefixSize + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, json.Length);
        json.CopyTo(frame, PrefixSize);
        await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a message.</summary>
    /// <param name="stream">Where from.</param>
    /// <param name="maxSize">Bytes that it may have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EndOfStreamException">The other end closed before a whole message came.</exception>
    /// <exception cref="InvalidDataException">What came is no such message; nothing more is to be read.</exception>
    public static async Task<T> ReadAsync<T>(Stream stream, int maxSize, CancellationToken cancellationToken)
        where T : class
    {
        var prefix = new byte[PrefixSize];
        await stream.ReadExactlyAsync(prefix, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length <= 0 || length > maxSize) throw new InvalidDataException($"A message of {length} bytes.");

        var json = new byte[length];
        await stream.ReadExactlyAsync(json, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize<T>(json, s_options) ?? throw new InvalidDataException("An empty message.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("A message that is no JSON of its kind.", e);
        }
    }
}
