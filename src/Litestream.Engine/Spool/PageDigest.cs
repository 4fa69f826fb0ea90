using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Litestream.Engine.Spool;

/// <summary>A page's content in 128 bits: SHA-256, cut off. Cryptographic, because pages hold what users store: nobody may be able to make
/// two of them that pass for the same.</summary>
internal static class PageDigest
{
    /// <summary>Bytes of a digest.</summary>
    public const int Size = 16;

    /// <summary>Computes the digest of a page; 0, which means that nothing is known, is none that occurs.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> page)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(page, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
