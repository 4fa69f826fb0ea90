using System.Buffers;

namespace Litestream.Engine.Format;

/// <summary>The digits of the format's names; upper case is never one of them (replica format 1.1).</summary>
internal static class HexDigits
{
    public static readonly SearchValues<char> Lower = SearchValues.Create("0123456789abcdef");
}
