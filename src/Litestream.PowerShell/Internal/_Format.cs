using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Litestream.PowerShell.Internal;

/// <summary>What the views of Litestream.Format.ps1xml call. Not for scripts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SuppressMessage("Naming", "CA1707", Justification = "The underscore says: not API, only reachable for the views.")]
public static class _Format
{
    private const string Compressed = ".lz4";
    private const int NarrowestText = 39;
    private const int NarrowestWindow = 80;

    private static readonly string[] s_units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Bytes, in at most 7 characters.</summary>
    /// <param name="bytes">How many.</param>
    public static string Size(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 999.5 && unit < s_units.Length - 1) (value, unit) = (value / 1024, unit + 1);
        var digits = unit == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00";
        return $"{value.ToString(digits, CultureInfo.InvariantCulture)} {s_units[unit]}";
    }

    /// <summary>Bytes for a list: readable, and exact where that is not the same.</summary>
    /// <param name="bytes">How many; null gives nothing.</param>
    public static string Bytes(long? bytes) => bytes switch
    {
        null => string.Empty,
        < 1000 => Size(bytes.Value),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Size(bytes.Value)} ({bytes} bytes)"),
    };

    /// <summary>A time in UTC, to the second, that says so.</summary>
    /// <param name="time">The time; null gives nothing.</param>
    public static string Utc(DateTimeOffset? time) => time is null ? string.Empty : Time(time) + " UTC";

    /// <summary>A time in UTC, to the second.</summary>
    /// <param name="time">The time; null gives nothing.</param>
    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? string.Empty;

    /// <summary>A time in UTC without its year, for narrow columns.</summary>
    /// <param name="time">The time; null gives nothing.</param>
    public static string Clock(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? string.Empty;

    /// <summary>The last part of a path or URL.</summary>
    /// <param name="place">The path or URL.</param>
    public static string LastPart(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        var trimmed = place.TrimEnd('/', '\\');
        return trimmed.Length == 0 ? place : trimmed[(trimmed.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    /// <summary>A path or URL, or as much of its end as fits: what tells it from others of the same name.</summary>
    /// <param name="place">The path or URL.</param>
    /// <param name="width">Characters that fit.</param>
    public static string Tail(string place, int width)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (place.Length <= width) return place;
        var start = place.Length - width + 1;
        return "…" + place[(char.IsLowSurrogate(place[start]) ? start + 1 : start)..];
    }

    /// <summary>A path or URL, or as much of its end as fits into a column that has no width of its own.</summary>
    /// <param name="place">The path or URL.</param>
    /// <param name="window">Characters that a line of the window has; where that is too few, as without a window, 80.</param>
    /// <param name="others">Characters that the other columns take, and what stands between all of them.</param>
    /// <param name="columns">How many columns share the rest.</param>
    // one less than there are: a console of Windows breaks a line that is full
    public static string Tail(string place, int window, int others, int columns) => Tail(place, (Math.Max(window, NarrowestWindow) - 1 - others) / columns);

    /// <summary>What tells an object of a replica from others of its generation.</summary>
    /// <param name="key">Its key.</param>
    public static string ObjectName(string key)
    {
        var name = LastPart(key);
        return name.EndsWith(Compressed, StringComparison.Ordinal) ? name[..^Compressed.Length] : name;
    }

    /// <summary>A text in lines that end between words. What is longer than a line is left to the table, which breaks it where a line ends.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">Characters a line; where that is too few, as without a window, those of a window of 80.</param>
    public static string Wrap(string text, int width)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (width < NarrowestText) width = NarrowestText;
        var (lines, line) = (new StringBuilder(), 0);
        foreach (var word in text.Split(' '))
        {
            var breaks = line == width || (line > 0 && word.Length <= width && line + 1 + word.Length > width);
            if (lines.Length > 0) lines.Append(breaks ? '\n' : ' ');
            line = breaks || line == 0 ? word.Length : line + 1 + word.Length;
            if (line > width) line = ((line - 1) % width) + 1;
            lines.Append(word);
        }

        return lines.ToString();
    }

    /// <summary>What matters of a replication and its replica: the replica's trouble while the replication runs.</summary>
    /// <param name="state">State of the replication.</param>
    /// <param name="replica">State of the replica.</param>
    public static string State(string state, string replica) => state == "Running" && replica is "Retrying" or "GivenUp" ? replica : state;

    /// <summary>A duration, in at most 8 characters.</summary>
    /// <param name="duration">How long; null gives nothing.</param>
    public static string Duration(TimeSpan? duration) => duration switch
    {
        null => string.Empty,
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Value.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Value.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration:m\\m\\ ss\\s}"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration:h\\h\\ mm\\m}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration:d\\d\\ hh\\h}"),
    };
}
