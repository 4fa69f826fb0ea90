using System.Globalization;

namespace Litestream.Engine.Restore;

/// <summary>A point that a restore can be asked for.</summary>
/// <param name="Index">The WAL index.</param>
/// <param name="Offset">The offset in it; null for its end.</param>
/// <param name="Time">The time of the newest object that it needs.</param>
public readonly record struct RestorePoint(int Index, long? Offset, DateTimeOffset Time)
{
    /// <summary>Where a plan ends, as far as names tell.</summary>
    internal static RestorePoint EndOf(RestorePlan plan) => plan.Segments.Count == 0
        ? new(plan.Snapshot.Index, 0, plan.Snapshot.CreatedAt)
        : new(plan.Segments[^1].Start.Index, plan.StopOffset, plan.RestoresTo);

    /// <summary>Writes a time so that it can be asked for exactly.</summary>
    internal static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>For people.</summary>
    public override string ToString() => Offset is null
        ? string.Create(CultureInfo.InvariantCulture, $"index {Index} ({Format(Time)})")
        : string.Create(CultureInfo.InvariantCulture, $"index {Index}, offset {Offset} ({Format(Time)})");
}
