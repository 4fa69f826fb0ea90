using System.Globalization;

namespace Litestream.Engine.Errors;

/// <summary>Durations in messages: the same in every culture.</summary>
public static class DurationText
{
    /// <summary>A duration in seconds, as <c>0.001 s</c>, <c>2.5 s</c> or <c>3600 s</c>: thousandths count below a second, tenths from there on.</summary>
    /// <param name="duration">How long.</param>
    public static string InSeconds(this TimeSpan duration) =>
        duration.TotalSeconds.ToString(duration.TotalSeconds < 1 ? "0.###" : "0.#", CultureInfo.InvariantCulture) + " s";
}
