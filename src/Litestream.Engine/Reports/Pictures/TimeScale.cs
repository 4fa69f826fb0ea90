using Litestream.Engine.Reports.Writing;

namespace Litestream.Engine.Reports.Pictures;

/// <summary>Where a time is in a picture.</summary>
internal sealed class TimeScale
{
    private const double Left = 1.5;
    private const double Right = 98.5;
    private readonly TimeRange _range;

    /// <summary>A scale for some times, at least one.</summary>
    public TimeScale(IEnumerable<DateTimeOffset> times)
    {
        DateTimeOffset[] all = [.. times];
        var (from, to) = (all.Min(), all.Max());
        // a single moment is in the middle
        _range = from == to ? new(from.AddMinutes(-1), to.AddMinutes(1)) : new(from, to);
    }

    public double X(DateTimeOffset time) => Math.Round(Left + ((Right - Left) * ((time - _range.From) / (_range.To - _range.From))), 2);

    public DateTimeOffset At(double part) => _range.From + ((_range.To - _range.From) * part);

    public IReadOnlyList<Label> Labels(double y) =>
    [
        new(Left, y, "start", Wording.Time(_range.From)),
        new(Right, y, "end", Wording.Time(_range.To)),
    ];

    /// <summary>A line across, with what it stands for above it.</summary>
    public static Stroke Level(double y) => new(Left, y, Right, y);
}
