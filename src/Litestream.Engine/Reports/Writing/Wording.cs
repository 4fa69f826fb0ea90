using System.Globalization;

namespace Litestream.Engine.Reports.Writing;

/// <summary>Quantities in words, the same in every language and on every machine.</summary>
internal static class Wording
{
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(time.TotalSeconds, 1)} s"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {time.Hours} h"),
    };

    /// <summary>The class of the style sheet for a verdict: one of four, whatever was read from a file.</summary>
    public static string Kind(string result) => result switch
    {
        "Passed" => "passed",
        "Failed" => "failed",
        "Skipped" => "skipped",
        _ => "inconclusive",
    };
}
