using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Litestream.Engine.Sqlite;

/// <summary>The running checksum of a WAL (file format, section 4.2): over the first 24 bytes of the header, then over the
/// first 8 bytes of each frame header and the page.</summary>
/// <param name="S1">First half.</param>
/// <param name="S2">Second half.</param>
public readonly record struct WalChecksum(uint S1, uint S2)
{
    /// <summary>Goes on over more bytes.</summary>
    /// <param name="bytes">A multiple of 8 bytes.</param>
    /// <param name="bigEndian">Whether the words are big-endian: bit 0 of the WAL's magic number.</param>
    /// <returns>The checksum with these bytes.</returns>
    /// <remarks>Optimised from the first call on: the first capture after a start often has the most to read.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public WalChecksum Append(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        if ((bytes.Length & 7) != 0) throw new ArgumentException("A multiple of 8 bytes is needed.", nameof(bytes));
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        uint s1 = S1, s2 = S2;
        if (bigEndian == BitConverter.IsLittleEndian)
        {
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                s1 += BinaryPrimitives.ReverseEndianness(words[i]) + s2;
                s2 += BinaryPrimitives.ReverseEndianness(words[i + 1]) + s1;
            }
        }
        else
        {
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                s1 += words[i] + s2;
                s2 += words[i + 1] + s1;
            }
        }

        return new(s1, s2);
    }
}
