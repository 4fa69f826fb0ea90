using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Litestream.Stress.Restores;

/// <summary>Compares two databases page for page.</summary>
internal static class PageComparison
{
    private const int NamedPages = 8;

    /// <summary>Compares.</summary>
    /// <param name="expected">The image of the source.</param>
    /// <param name="restored">A restored database.</param>
    /// <param name="who">Who restored it.</param>
    /// <exception cref="RunFailedException">They differ; the message names the first pages.</exception>
    public static void Expect(string expected, string restored, string who)
    {
        using var left = File.OpenRead(expected);
        using var right = File.OpenRead(restored);
        if (left.Length == right.Length && SHA256.HashData(left).AsSpan().SequenceEqual(SHA256.HashData(right))) return;

        var header = new byte[18];
        left.Position = right.Position = 0;
        left.ReadExactly(header);
        var pageSize = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)) is var size && size == 1 ? 65536 : size;
        throw new RunFailedException(
            $"{who} differs from the source: {right.Length} instead of {left.Length} bytes, page size {pageSize}, "
            + $"pages {string.Join(", ", DifferentPages(left, right, pageSize).Take(NamedPages))}.");
    }

    private static IEnumerable<long> DifferentPages(FileStream left, FileStream right, int pageSize)
    {
        byte[] a = new byte[pageSize], b = new byte[pageSize];
        left.Position = right.Position = 0;
        for (long page = 1; ; page++)
        {
            var read = left.ReadAtLeast(a, pageSize, throwOnEndOfStream: false);
            var other = right.ReadAtLeast(b, pageSize, throwOnEndOfStream: false);
            if (read == 0 && other == 0) yield break;
            if (!a.AsSpan(0, read).SequenceEqual(b.AsSpan(0, other))) yield return page;
        }
    }
}
