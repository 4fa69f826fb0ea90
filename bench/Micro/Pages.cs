using System.Text;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Micro;

/// <summary>Content of pages as applications have it.</summary>
internal static class Pages
{
    /// <summary>Bytes a page.</summary>
    public const int Size = 4096;

    /// <summary>So many pages.</summary>
    public static byte[] Make(int count)
    {
        var (bytes, random) = (new byte[count * Size], new Random(7));
        for (var page = 0; page < count; page++) Encoding.ASCII.GetBytes(Databases.Content(random), bytes.AsSpan(page * Size, Size));
        return bytes;
    }
}
