using System.Globalization;

namespace Litestream.Engine.Errors;

/// <summary>Sizes in messages: the same in every culture.</summary>
internal static class SizeText
{
    private const double Step = 1024;
    private static readonly string[] s_units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>A size as <c>512 bytes</c> or <c>1.5 GiB</c>.</summary>
    /// <param name="bytes">How large.</param>
    public static string InUnits(double bytes)
    {
        var unit = 0;
        for (; bytes >= Step && unit < s_units.Length - 1; unit++) bytes /= Step;
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(bytes, 1)} {s_units[unit]}");
    }
}
