using System.Globalization;

namespace Litestream.Bench.Compare;

/// <summary>A figure of each system: medians over the turns of one run.</summary>
/// <param name="Row">Number of the row.</param>
/// <param name="What">What was measured.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Theirs">Litestream's; null where it has none.</param>
/// <param name="Limit">What the machine does without either; null where there is no such thing.</param>
/// <param name="Goal">The goal, for people.</param>
/// <param name="IsMet">Whether it is met; null where there is none.</param>
internal sealed record Figure(int Row, string What, string Unit, double Ours, double? Theirs = null, double? Limit = null, string Goal = "", bool? IsMet = null)
{
    /// <summary>Ours as a part of theirs; null where there is no such thing.</summary>
    public double? Ratio => Theirs is > 0 ? Ours / Theirs : null;

    /// <summary>A value for people.</summary>
    public static string Text(double? value) => value is not { } v ? "-" : v.ToString(Math.Abs(v) >= 100 ? "F0" : "F2", CultureInfo.InvariantCulture);
}
