using System.Buffers.Binary;
using System.Text;
using Litestream.Engine.Control;

namespace Litestream.Fuzz.Formats;

/// <summary>Messages between processes.</summary>
internal static class ControlMessages
{
    private const int PrefixSize = sizeof(int);

    public static IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "\"version\":1", "\"action\":", "\"status\"", "\"sync\"", "\"stop\"", "\"error\":", "\"code\":", "\"replicas\":[", "\"url\":", "\"position\":{\"index\":1,\"offset\":2}", "null", "true", "\"\\ud800\"", "[[[[[[[[[", "{}", "1e999",
            "\"generation\":", "\"lag\":\"99999999.00:00:00\"", "\"startedAt\":\"0001-01-01T00:00:00+14:00\"", "\"state\":\"running\"", ",", "}",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>A message as it is sent.</summary>
    public static byte[] Of<T>(T message)
    {
        using var stream = new MemoryStream();
        ControlProtocol.WriteAsync(stream, message, default).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    /// <summary>Gives it the length that it says it has.</summary>
    public static byte[] Repair(byte[] input)
    {
        if (input.Length < PrefixSize) return input;
        var repaired = (byte[])input.Clone();
        BinaryPrimitives.WriteInt32LittleEndian(repaired, input.Length - PrefixSize);
        return repaired;
    }
}
