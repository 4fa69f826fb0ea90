using System.Globalization;

namespace Litestream.Engine.Errors;

/// <summary>Sizes in messages: the same in every culture, in the units of PowerShell (1 KB is 1,024 bytes).</summary>
internal static class SizeText
{
    private const double Step = 1024;
    private static readonly string[] s_units = ["bytes", "KB", "MB", "GB", "TB", "PB"];

    /// <summary>A size as <c>512 bytes</c> or <c>1.5 GB</c>.</summary>
    /// <param name="bytes">How large.</param>
    public static string InUnits(double bytes)
    {
        var unit = 0;
        for (; bytes >= Step && unit < s_units.Length - 1; unit++) bytes /= Step;
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(bytes, 1)} {s_units[unit]}");
    }
}
