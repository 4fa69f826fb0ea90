using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Litestream.PowerShell.Internal;

/// <summary>What the views of Litestream.Format.ps1xml call. Not for scripts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SuppressMessage("Naming", "CA1707", Justification = "The underscore says: not API, only reachable for the views.")]
public static class _Format
{
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

    /// <summary>What matters of a replication and its replica: the replica's trouble while the replication runs.</summary>
    /// <param name="state">State of the replication.</param>
    /// <param name="replica">State of the replica.</param>
    public static string State(string state, string replica) => state == "Running" && replica is "Retrying" or "GivenUp" ? replica : state;

    /// <summary>A duration, in at most 8 characters.</summary>
    /// <param name="duration">How long.</param>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration:m\\m\\ ss\\s}"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration:h\\h\\ mm\\m}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration:d\\d\\ hh\\h}"),
    };
}
