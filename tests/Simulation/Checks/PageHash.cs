using System.Runtime.InteropServices;

namespace Litestream.Simulation.Checks;

/// <summary>The content of a database as one number: the same only for the same pages in the same places.</summary>
internal static class PageHash
{
    private const ulong Factor = 0x9e3779b97f4a7c15;

    /// <summary>The part of one page; the parts of all are added.</summary>
    public static ulong Of(uint number, ReadOnlySpan<byte> page)
    {
        var hash = number * Factor;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(page)) hash = ulong.RotateLeft((hash ^ word) * Factor, 29);
        return hash ^ hash >> 31;
    }

    /// <summary>A whole file.</summary>
    public static ulong Of(ReadOnlySpan<byte> file, int pageSize)
    {
        var hash = (ulong)file.Length;
        for (var number = 1u; file.Length >= pageSize; file = file[pageSize..], number++) hash += Of(number, file[..pageSize]);
        return hash;
    }
}
