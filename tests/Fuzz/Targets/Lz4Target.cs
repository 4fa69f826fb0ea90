using System.Buffers.Binary;
using K4os.Hash.xxHash;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Fuzz.Formats;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>Objects as stored: LZ4 frames, and what only looks like one.</summary>
internal sealed class Lz4Target : IFuzzTarget
{
    /// <summary>LZ4 packs no more than 255 bytes into one; a block may be no larger than 4 MiB.</summary>
    private const int MaxRatio = 255;

    private const int MagicSize = 4;

    public string Name => "lz4";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return Compressed(new byte[300]);
            yield return Compressed([.. Enumerable.Range(0, 2000).Select(i => (byte)(i * i >> 3))]);
            yield return StoredFrame.Of("content"u8);
            yield return StoredFrame.Of([]);
            // dependent blocks, a block checksum, a content size and a dictionary id
            yield return Frame(0x7d, 0x40, [.. BitConverter.GetBytes(5L), 1, 2, 3, 4], [0x50, .. "hello"u8]);
            yield return Frame(0x40, 0x40, [], [0x1f, (byte)'a', 1, 0, 0xff, 0xff, 0xff, 0x10, 0x50, .. "abcde"u8]);
            yield return "age-encryption.org/v1\n"u8.ToArray();
            yield return [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
        }
    }

    public IReadOnlyList<byte[]> Dictionary => [[0x04, 0x22, 0x4d, 0x18], [0x50, 0x2a, 0x4d, 0x18], [0x02, 0x21, 0x4c, 0x18], [0xff, 0xff, 0xff], [0, 0, 0, 0], [0, 0, 0, 0x80]];

    public int MaxLength => 2048;

    /// <summary>Two blocks and their history.</summary>
    public long MemoryFor(int length) => (32L << 20) + 512L * length;

    public void Run(byte[] input)
    {
        using var content = new DecodedObjectStream(new MemoryStream(input), "key");
        var buffer = new byte[16 * 1024];
        long length = 0;
        int read;
        while ((read = content.Read(buffer)) > 0)
        {
            length += read;
            UnexpectedResultException.ThrowUnless(length <= (long)MaxRatio * input.Length, $"{input.Length} bytes hold more than {length}.");
        }
    }

    public byte[] Repair(byte[] input)
    {
        if (input.Length < MagicSize + 3) return input;
        var repaired = (byte[])input.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(repaired, 0x184d2204);
        repaired[MagicSize] = (byte)(0x40 | repaired[MagicSize] & 0x3d);
        var size = 2 + ((repaired[MagicSize] & 8) != 0 ? sizeof(long) : 0) + ((repaired[MagicSize] & 1) != 0 ? sizeof(uint) : 0);
        if (repaired.Length > MagicSize + size) repaired[MagicSize + size] = (byte)(XXH32.DigestOf(repaired.AsSpan(MagicSize, size)) >> 8);
        return repaired;
    }

    private byte[] Frame(byte flags, byte blockSize, byte[] fields, byte[] block) =>
        Repair([0x04, 0x22, 0x4d, 0x18, flags, blockSize, .. fields, 0, .. BitConverter.GetBytes(block.Length), .. block, 0, 0, 0, 0]);

    private static byte[] Compressed(byte[] content)
    {
        using var frame = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(frame)) encoder.Write(content);
        return frame.ToArray();
    }
}
