using System.Globalization;
using System.Text.RegularExpressions;

namespace Litestream.Engine.Configuration;

/// <summary>Durations as Go writes them: numbers with units, such as <c>1h30m</c>, <c>1.5h</c> or <c>250ms</c>. There are no days.</summary>
internal static partial class GoDuration
{
    private static readonly Dictionary<string, decimal> s_ticks = new(StringComparer.Ordinal)
    {
        ["ns"] = 0.01m,
        ["us"] = TimeSpan.TicksPerMicrosecond,
        ["\u00b5s"] = TimeSpan.TicksPerMicrosecond,
        ["\u03bcs"] = TimeSpan.TicksPerMicrosecond,
        ["ms"] = TimeSpan.TicksPerMillisecond,
        ["s"] = TimeSpan.TicksPerSecond,
        ["m"] = TimeSpan.TicksPerMinute,
        ["h"] = TimeSpan.TicksPerHour,
    };

    /// <summary>Go counts nanoseconds in 64 bits: about 292 years.</summary>
    private const decimal MaxTicks = long.MaxValue / 100;

    /// <summary>Reads a duration; zero needs no unit.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text is "0" or "+0" or "-0") return true;
        if (Whole().Match(text) is not { Success: true } whole) return false;
        try
        {
            var ticks = 0m;
            for (var i = 0; i < whole.Groups["number"].Captures.Count; i++)
            {
                var number = decimal.Parse(whole.Groups["number"].Captures[i].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
                ticks += number * s_ticks[whole.Groups["unit"].Captures[i].Value];
            }

            if (ticks > MaxTicks) return false;
            duration = TimeSpan.FromTicks(decimal.ToInt64(text[0] == '-' ? -ticks : ticks));
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[+-]?(?:(?<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?<unit>ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();
}
