using System.Buffers.Binary;

namespace Litestream.Fuzz.Fuzzing;

/// <summary>Makes an input out of others.</summary>
/// <param name="random">Decides.</param>
/// <param name="dictionary">What inputs are made of.</param>
/// <param name="maxLength">Bytes at most.</param>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> dictionary, int maxLength)
{
    private const int MaxSteps = 8;
    private static readonly long[] s_numbers =
    [
        0, 1, -1, 2, 7, 8, 16, 24, 31, 32, 33, 63, 64, 100, 127, 128, 255, 256, 511, 512, 513, 1000, 1024, 4096, 32767, 32768, 65535, 65536, 65537,
        0x00ffffff, 0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x100000000, long.MaxValue, long.MinValue,
    ];

    /// <summary>Changes a copy.</summary>
    /// <param name="input">What is changed.</param>
    /// <param name="other">Parts of it may come in.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        for (var steps = random.Next(1, MaxSteps); steps > 0; steps--) Step(bytes, other);
        if (bytes.Count > maxLength) bytes.RemoveRange(maxLength, bytes.Count - maxLength);
        return [.. bytes];
    }

    private void Step(List<byte> bytes, byte[] other)
    {
        var at = random.Next(bytes.Count + 1);
        var count = Math.Min(Length(), bytes.Count - at);
        switch (random.Next(11))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when at < bytes.Count:
                bytes[at] += (byte)random.Next(-16, 17);
                break;
            case 3:
                Overwrite(bytes, at, Number());
                break;
            case 4:
                bytes.RemoveRange(at, count);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, count));
                break;
            case 6:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, count));
                break;
            case 7 when other.Length > 0:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + Length())]);
                break;
            case 8 when other.Length > 0:
                // the begin of one, the end of the other
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[random.Next(other.Length)..]);
                break;
            case 9 when dictionary.Count > 0:
                bytes.InsertRange(at, dictionary[random.Next(dictionary.Count)]);
                break;
            case 10 when dictionary.Count > 0:
                Overwrite(bytes, at, dictionary[random.Next(dictionary.Count)]);
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 9)));
                break;
        }
    }

    /// <summary>Mostly short, sometimes long.</summary>
    private int Length() => 1 + random.Next(random.Next(8) switch { < 5 => 8, < 7 => 64, _ => 1024 });

    private byte[] Number()
    {
        var bytes = new byte[sizeof(long)];
        var number = s_numbers[random.Next(s_numbers.Length)];
        var size = 1 << random.Next(4);
        if (random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        else BinaryPrimitives.WriteInt64BigEndian(bytes, number << (64 - 8 * size));
        return bytes[..size];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] by)
    {
        for (var i = 0; i < by.Length; i++)
        {
            if (at + i < bytes.Count) bytes[at + i] = by[i];
            else bytes.Add(by[i]);
        }
    }
}
