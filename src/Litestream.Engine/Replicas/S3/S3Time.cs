using System.Globalization;

namespace Litestream.Engine.Replicas.S3;

/// <summary>The time that an object was given, as it is stored with it: milliseconds since 1970, UTC, rounded down.</summary>
internal static class S3Time
{
    /// <summary>Its name among the object's metadata.</summary>
    public const string Name = "litestream-time";

    public static string Format(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads it; null where there is none, or something else.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
