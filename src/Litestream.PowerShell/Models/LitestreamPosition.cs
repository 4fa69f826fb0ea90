using System.Globalization;

namespace Litestream.PowerShell.Models;

/// <summary>A place in the WAL of a generation.</summary>
/// <param name="Index">WAL index.</param>
/// <param name="Offset">Bytes of that index's WAL.</param>
public readonly record struct LitestreamPosition(int Index, long Offset)
{
    /// <summary>Index in hex and offset in decimal, as Litestream prints them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index:x8}:{Offset}");
}
