using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Litestream.Fuzz.Fuzzing;

/// <summary>Which branches the instrumented assemblies have taken, and how often, by SharpFuzz: a byte a pair of branches.</summary>
internal sealed unsafe class CoverageMap
{
    private const int Size = 1 << 16;

    /// <summary>Counts that differ little count as the same, as in AFL.</summary>
    private static readonly byte[] s_buckets = MakeBuckets();

    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    /// <summary>Lets the instrumented assemblies write to it. Comes before any of their code.</summary>
    public void Attach() => Trace.SharedMem = _map;

    /// <summary>Pairs of branches seen so far.</summary>
    public int Edges => _seen.Count(b => b != 0);

    /// <summary>Forgets the last execution.</summary>
    public void Clear()
    {
        new Span<byte>(_map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Forgets all that was seen.</summary>
    public void Forget() => Array.Clear(_seen);

    /// <summary>Adds the last execution to what was seen.</summary>
    /// <param name="countsMatter">Whether a branch that is taken more often than before is new, too.</param>
    /// <returns>How much was new.</returns>
    public int Merge(bool countsMatter = true)
    {
        var added = 0;
        var words = new ReadOnlySpan<ulong>(_map, Size / sizeof(ulong));
        for (var word = 0; word < words.Length; word++)
        {
            if (words[word] == 0) continue;
            for (var at = word * sizeof(ulong); at < (word + 1) * sizeof(ulong); at++)
            {
                if (_map[at] == 0) continue;
                var bucket = countsMatter ? s_buckets[_map[at]] : (byte)1;
                if ((_seen[at] & bucket) == bucket) continue;
                _seen[at] |= bucket;
                added++;
            }
        }

        return added;
    }

    private static byte[] MakeBuckets()
    {
        var buckets = new byte[256];
        for (var i = 1; i < buckets.Length; i++)
            buckets[i] = i switch { 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
        return buckets;
    }
}
