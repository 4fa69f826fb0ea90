using System.Buffers.Binary;

namespace Litestream.Fuzz.Formats;

/// <summary>An LZ4 frame that holds its content as it is: costs nothing, and no large buffers to read it.</summary>
internal static class StoredFrame
{
    /// <summary>Magic number; version 1, independent blocks, no checksums; blocks of 64 KiB; checksum of these two.</summary>
    private static readonly byte[] s_header = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];

    /// <summary>Makes one of less than 64 KiB.</summary>
    public static byte[] Of(ReadOnlySpan<byte> content)
    {
        var frame = new byte[s_header.Length + content.Length + (content.Length > 0 ? 2 : 1) * sizeof(uint)];
        s_header.CopyTo(frame, 0);
        if (content.Length == 0) return frame;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(s_header.Length), (uint)content.Length | 1u << 31);
        content.CopyTo(frame.AsSpan(s_header.Length + sizeof(uint)));
        return frame;
    }
}
