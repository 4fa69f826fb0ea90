using System.Globalization;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Models;

/// <summary>A committed state that a replica restores.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Index">WAL index of its last commit.</param>
/// <param name="Offset">Offset behind that commit in its index; 0 for a snapshot alone.</param>
/// <param name="Time">Time of the newest object that the state holds, UTC.</param>
public sealed record LitestreamDrillPoint(string Generation, int Index, long Offset, DateTimeOffset Time)
{
    /// <summary>The point in words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Generation} {Index:x8}:{Offset}, {_Format.Utc(Time)}");
}
