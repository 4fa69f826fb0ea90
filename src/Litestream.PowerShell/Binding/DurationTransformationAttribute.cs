using System.Globalization;
using System.Management.Automation;

namespace Litestream.PowerShell.Binding;

/// <summary>Takes '500ms', '10s', '5m', '24h', '7d', 'hh:mm:ss', a TimeSpan, or a whole number of seconds. Without it PowerShell
/// reads 10 as ticks and '10' as days.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly (string Suffix, TimeSpan Unit)[] s_units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            TimeSpan duration => NotNegative(duration, inputData),
            // 7d without quotes is a decimal number of PowerShell's, which still knows how it was written; 7.0 from elsewhere does not
            decimal when inputData is PSObject => NotNegative(Parse(inputData.ToString()!), inputData),
            // short, because that is what PowerShell makes of 10s without quotes
            int or long or short or byte => NotNegative(Multiply(LanguagePrimitives.ConvertTo<long>(inputData), TimeSpan.FromSeconds(1)), inputData),
            string text => NotNegative(Parse(text.Trim()), inputData),
            _ => throw Refused(inputData),
        };

    private static TimeSpan? Parse(string text)
    {
        // nothing is nothing in every unit; pwsh -File gives all values as text
        if (text == "0") return TimeSpan.Zero;
        foreach (var (suffix, unit) in s_units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                return Multiply(count, unit);
        }

        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration)
            ? duration
            : null;
    }

    private static TimeSpan? Multiply(long count, TimeSpan unit) =>
        count <= TimeSpan.MaxValue.Ticks / unit.Ticks ? TimeSpan.FromTicks(count * unit.Ticks) : null;

    private static TimeSpan NotNegative(TimeSpan? duration, object input) =>
        duration is { Ticks: >= 0 } valid ? valid : throw Refused(input);

    private static ArgumentTransformationMetadataException Refused(object input) => new(
        $"'{LanguagePrimitives.ConvertTo<string>(input)}' is not a duration. Write it with a unit in quotes, such as '500ms', '10s', '5m', '24h' or '7d', or as '00:00:10'; a whole number counts seconds.");
}
