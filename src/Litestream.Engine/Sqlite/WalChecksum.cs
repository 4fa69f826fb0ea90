using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Litestream.Engine.Sqlite;

/// <summary>The running checksum of a WAL (file format, section 4.2): over the first 24 bytes of the header, then over the
/// first 8 bytes of each frame header and the page.</summary>
/// <param name="S1">First half.</param>
/// <param name="S2">Second half.</param>
/// <remarks>Word by word, the halves are the last two numbers of x(k) = x(k-1) + x(k-2) + w(k). So what a word adds to a later number is the
/// word times a Fibonacci number (modulo 2^32), and a block of words is two dot products, which processors compute many words at once.</remarks>
public readonly record struct WalChecksum(uint S1, uint S2)
{
    private const int BlockWords = 256;

    /// <summary>F(BlockWords + 1) down to F(0).</summary>
    private static readonly uint[] s_fibonacci = FibonacciDown();

    /// <summary>Goes on over more bytes.</summary>
    /// <param name="bytes">A multiple of 8 bytes.</param>
    /// <param name="bigEndian">Whether the words are big-endian: bit 0 of the WAL's magic number.</param>
    /// <returns>The checksum with these bytes.</returns>
    public WalChecksum Append(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        if ((bytes.Length & 7) != 0) throw new ArgumentException("A multiple of 8 bytes is needed.", nameof(bytes));
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        return bigEndian == BitConverter.IsLittleEndian ? AppendSwapped(words) : AppendWords(words);
    }

    private WalChecksum AppendSwapped(ReadOnlySpan<uint> words)
    {
        Span<uint> swapped = stackalloc uint[BlockWords];
        var sum = this;
        for (ReadOnlySpan<uint> block; words.Length > 0; words = words[block.Length..])
        {
            block = words[..Math.Min(BlockWords, words.Length)];
            BinaryPrimitives.ReverseEndianness(block, swapped);
            sum = sum.AppendWords(swapped[..block.Length]);
        }

        return sum;
    }

    /// <remarks>Optimised from the first call on: the first capture after a start often has the most to read.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private WalChecksum AppendWords(ReadOnlySpan<uint> words)
    {
        var (s1, s2) = (S1, S2);
        ref var fibonacci = ref MemoryMarshal.GetArrayDataReference(s_fibonacci);
        for (; words.Length >= BlockWords; words = words[BlockWords..])
        {
            ref var block = ref MemoryMarshal.GetReference(words);
            Vector<uint> sum1 = default, sum2 = default;
            for (nuint i = 0; i < BlockWords; i += (nuint)Vector<uint>.Count)
            {
                var word = Vector.LoadUnsafe(ref block, i);
                sum1 += word * Vector.LoadUnsafe(ref fibonacci, i + 2);
                sum2 += word * Vector.LoadUnsafe(ref fibonacci, i + 1);
            }

            (s1, s2) = (
                s_fibonacci[2] * s1 + s_fibonacci[1] * s2 + Vector.Sum(sum1),
                s_fibonacci[1] * s1 + s_fibonacci[0] * s2 + Vector.Sum(sum2));
        }

        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            s1 = s1 + words[i] + s2;
            s2 = s2 + words[i + 1] + s1;
        }

        return new(s1, s2);
    }

    private static uint[] FibonacciDown()
    {
        var numbers = new uint[BlockWords + 2];
        numbers[^2] = 1;
        for (var i = numbers.Length - 3; i >= 0; i--) numbers[i] = numbers[i + 1] + numbers[i + 2];
        return numbers;
    }
}
