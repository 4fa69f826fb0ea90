using System.Globalization;

namespace Litestream.Stress.Soak;

/// <summary>Whether something grows: the straight line through its samples (least squares), held against a bound.</summary>
/// <param name="Name">What.</param>
/// <param name="Mean">Its mean.</param>
/// <param name="PerDay">How much it grows in a day.</param>
/// <param name="Growth">How much the line grows over all samples.</param>
/// <param name="Bound">How much it may.</param>
internal sealed record Trend(string Name, double Mean, double PerDay, double Growth, double Bound)
{
    /// <summary>Whether it does not grow.</summary>
    public bool IsFlat => Growth <= Bound;

    /// <summary>Draws the line.</summary>
    /// <param name="name">What.</param>
    /// <param name="samples">In order of time.</param>
    /// <param name="value">What is looked at.</param>
    /// <param name="share">It may grow by so much of its mean,</param>
    /// <param name="least">or by so much.</param>
    public static Trend Of(string name, IReadOnlyList<SoakSample> samples, Func<SoakSample, double> value, double share, double least)
    {
        var (days, mean) = (samples.Average(s => s.Time.TotalDays), samples.Average(value));
        var slope = samples.Sum(s => (s.Time.TotalDays - days) * (value(s) - mean)) / samples.Sum(s => Math.Pow(s.Time.TotalDays - days, 2));
        return new(name, mean, slope, slope * (samples[^1].Time - samples[0].Time).TotalDays, Math.Max(share * mean, least));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"  {Name,-15} mean {Mean,12:f0}, {PerDay,+10:f1} a day, {Growth,+10:f0} over all, may {Bound,9:f0}: {(IsFlat ? "flat" : "GROWS")}");
}
