using System.Globalization;
using System.Management.Automation;

namespace Litestream.PowerShell.Binding;

/// <summary>Takes a point in time as an object, or as a text that means the same everywhere. Without it PowerShell reads a text as the session's
/// culture does: in Thailand the year 2030 as 1487, and 1.5.2030 as the first of May or the fifth of January.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Utc = " UTC";

    // K is Z, an offset, or nothing; F a digit that may be missing
    private static readonly string[] s_formats =
    [
        .. from date in (string[])["yyyy-MM-dd", "yyyy-MM-dd'T'", "yyyy-MM-dd' '"]
           from time in date.EndsWith('\'') ? (string[])["HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFFF"] : [""]
           select date + time + "K",
    ];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text ? Parse(text.Trim()) : inputData;

    private static DateTimeOffset Parse(string text)
    {
        // as the views show it
        var plain = text.EndsWith(Utc, StringComparison.OrdinalIgnoreCase) ? text[..^Utc.Length] + "Z" : text;
        if (!DateTimeOffset.TryParseExact(plain, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time))
            throw new ArgumentTransformationMetadataException(
                $"'{text}' is not a time that means the same everywhere. Write it as '2030-05-01 12:00' (local time), '2030-05-01 12:00:00Z' or '2030-05-01T12:00:00+02:00'.");
        return MeansOne(plain) ? time
            : throw new ArgumentTransformationMetadataException(
                $"'{text}' is no one time here: clocks are set then, so that local time has it twice or not at all. Write it with its offset, as '2030-05-01 12:00+02:00', or as '2030-05-01 12:00Z'.");
    }

    /// <summary>Whether it has an offset, or local time has it once.</summary>
    private static bool MeansOne(string text) =>
        !DateTime.TryParseExact(text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var clock)
        || clock.Kind != DateTimeKind.Unspecified
        || !(TimeZoneInfo.Local.IsAmbiguousTime(clock) || TimeZoneInfo.Local.IsInvalidTime(clock));
}
