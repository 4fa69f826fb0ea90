using System.Buffers.Binary;
using System.Text;
using K4os.Hash.xxHash;

namespace Litestream.Engine.Format;

/// <summary>What stands in front of each object that we write: a skippable frame (LZ4 frame format) with a digest over the object's key and all stored bytes behind the
/// seal. By it a changed byte is found even where it decodes to the same, and so is an object in the place of another one. Litestream 0.3.13 passes over it
/// (replica format 1.3); its own objects have none. It is there for accidents: who can write a replica can seal, too.</summary>
internal sealed class ObjectSeal
{
    /// <summary>Bytes in front of the object.</summary>
    public const int Size = 16;

    private XXH64.State _digest;

    /// <summary>Begins the digest.</summary>
    /// <param name="key">The object's key, which it does not match under another one.</param>
    public ObjectSeal(string key)
    {
        XXH64.Reset(ref _digest);
        XXH64.Update(ref _digest, Encoding.UTF8.GetBytes(key));
    }

    /// <summary>One of the 16 magic numbers of a skippable frame, and the length of what follows, little-endian.</summary>
    private static ReadOnlySpan<byte> Header => [0x5c, 0x2a, 0x4d, 0x18, sizeof(ulong), 0, 0, 0];

    /// <summary>Whether an object that begins so has a seal.</summary>
    /// <param name="start">Its first bytes, <see cref="Size"/> if it has so many.</param>
    /// <exception cref="InvalidDataException">There is a skippable frame, and it is no seal, or not a whole one.</exception>
    public static bool IsAtStart(ReadOnlySpan<byte> start)
    {
        // nobody else puts such a frame there; were it passed over, a seal with a changed bit in front would be none
        if (start.Length < 4 || (start[0] & 0xf0) != 0x50 || !start[1..4].SequenceEqual(Header[1..4])) return false;
        return IsWholeAtStart(start) ? true : throw new InvalidDataException("the seal in front of it is damaged");
    }

    /// <summary>Whether an object that begins so has a seal, as far as it can be told without reading on.</summary>
    /// <param name="start">Its first bytes, <see cref="Size"/> if it has so many.</param>
    public static bool IsWholeAtStart(ReadOnlySpan<byte> start) => start.Length >= Size && start.StartsWith(Header);

    /// <summary>Adds stored bytes that stand behind the seal.</summary>
    public void Add(ReadOnlySpan<byte> stored) => XXH64.Update(ref _digest, stored);

    /// <summary>The seal of what was added.</summary>
    public byte[] ToBytes()
    {
        var seal = new byte[Size];
        Header.CopyTo(seal);
        BinaryPrimitives.WriteUInt64LittleEndian(seal.AsSpan(Header.Length), XXH64.Digest(_digest));
        return seal;
    }
}
