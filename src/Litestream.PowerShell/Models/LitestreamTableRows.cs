using System.Globalization;

namespace Litestream.PowerShell.Models;

/// <summary>Rows of a table in the live database and in the restored one.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Live">Rows in the live database; null if it has no such table.</param>
/// <param name="Restored">Rows in the restored one; null if it has no such table.</param>
public sealed record LitestreamTableRows(string Table, long? Live, long? Restored)
{
    /// <summary>The rows in words.</summary>
    public override string ToString() => $"{Table}: {Live?.ToString(CultureInfo.InvariantCulture) ?? "none"} live, {Restored?.ToString(CultureInfo.InvariantCulture) ?? "none"} restored";
}
