using Litestream.Engine.Format;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Retention;

/// <summary>Plans what a replica lets go. Pure: it sees a listing and a time, and nothing else.</summary>
public static class RetentionPlanner
{
    /// <summary>Where a window begins.</summary>
    /// <param name="now">Its end.</param>
    /// <param name="retention">Its length; more than there is time gives the beginning of time.</param>
    public static DateTimeOffset CutOff(DateTimeOffset now, TimeSpan retention) =>
        retention < now - DateTimeOffset.MinValue ? now - retention : DateTimeOffset.MinValue;

    /// <summary>
    /// Lets go what no restore to a time of the cut-off or later reads. Unlike that of Litestream 0.3, which re-bases a replica and
    /// deletes all before at once (replica format 4.5 and 9.8), this is a window in which time travel goes on working.
    /// </summary>
    /// <param name="url">The replica, without secrets.</param>
    /// <param name="generations">All that it holds, in the order of a listing.</param>
    /// <param name="cutOff">Where the window begins.</param>
    /// <param name="inUse">Generations that running replications add to.</param>
    public static RetentionPlan ForWindow(
        string url, IReadOnlyList<GenerationInfo> generations, DateTimeOffset cutOff, IReadOnlySet<GenerationId> inUse)
    {
        var restorable = generations.Where(g => RestoreChain.TryChoose(g, new()) is not null).MaxBy(g => g.UpdatedAt);
        // what a restore chooses by names and times alone; where that turns out to have a gap, what is whole
        var starting = At(generations);
        var whole = At(generations.Where(g => RestoreChain.TryChoose(g, new() { Timestamp = cutOff }) is not null));
        return new(url, cutOff, [.. generations.Select(g => Plan(g, ReasonOf(g)))]);

        GenerationInfo? At(IEnumerable<GenerationInfo> among) =>
            among.Where(g => RestorePlanner.NewestPoint(g, cutOff) is not null).MaxBy(g => RestorePlanner.NewestPoint(g, cutOff));

        RetentionReason ReasonOf(GenerationInfo generation)
        {
            if (inUse.Contains(generation.Id)) return RetentionReason.InUse;
            if (generation.UpdatedAt >= cutOff) return RetentionReason.InWindow;
            if (generation.Snapshots.Count == 0) return RetentionReason.NotRestorable;
            if (generation == starting || generation == whole) return RetentionReason.StartsWindow;
            return generation == restorable ? RetentionReason.LastRestorable : RetentionReason.Outdated;
        }

        GenerationRetention Plan(GenerationInfo generation, RetentionReason reason) => reason is RetentionReason.Outdated or RetentionReason.NotRestorable
            ? Whole(generation, reason) : Trim(generation, reason, cutOff);
    }

    /// <summary>Lets go generations that somebody has named. One that is in use stays, and so does the newest that can be restored
    /// when no other one would be left.</summary>
    /// <param name="url">The replica, without secrets.</param>
    /// <param name="generations">All that it holds.</param>
    /// <param name="asked">Those that shall go.</param>
    /// <param name="inUse">Generations that running replications add to.</param>
    /// <param name="evenLast">Whether the last one that can be restored may go, too.</param>
    /// <returns>The plan; about those asked for only.</returns>
    public static RetentionPlan ForGenerations(
        string url, IReadOnlyList<GenerationInfo> generations, IReadOnlySet<GenerationId> asked, IReadOnlySet<GenerationId> inUse, bool evenLast)
    {
        var restorable = generations.Where(g => RestoreChain.TryChoose(g, new()) is not null).OrderBy(g => g.UpdatedAt).ToList();
        var last = evenLast || restorable.Exists(g => !asked.Contains(g.Id) || inUse.Contains(g.Id)) ? null : restorable.LastOrDefault();
        return new(url, CutOff: null, [.. generations.Where(g => asked.Contains(g.Id)).Select(g =>
            inUse.Contains(g.Id) ? new(g, RetentionReason.InUse, [], [])
            : g == last ? new(g, RetentionReason.LastRestorable, [], [])
            : Whole(g, RetentionReason.Asked))]);
    }

    private static GenerationRetention Whole(GenerationInfo generation, RetentionReason reason) =>
        new(generation, reason, generation.Snapshots, generation.Segments);

    /// <summary>Keeps the newest snapshot from before the cut-off and all that follows.</summary>
    private static GenerationRetention Trim(GenerationInfo generation, RetentionReason reason, DateTimeOffset cutOff) => generation.Snapshots
        .Where(s => s.CreatedAt <= cutOff && RestoreChain.IsWholeAndSafe(s, generation, cutOff))
        .OrderByDescending(s => s.Index)
        .Select(s => Below(s, generation, reason))
        .FirstOrDefault(t => IsOld(t, cutOff)) ?? new(generation, reason, [], []);

    private static GenerationRetention Below(SnapshotInfo kept, GenerationInfo generation, RetentionReason reason)
    {
        // The last segment ties the replica to the spool of whoever goes on with it, and an index is never without its first one.
        var tied = generation.Segments.Count == 0 ? 0 : generation.Segments[^1].Start.Index;
        return new(generation, reason,
            [.. generation.Snapshots.Where(s => s.Index < kept.Index)],
            [.. generation.Segments.Where(s => s.Start.Index < Math.Min(kept.Index, tied))]);
    }

    /// <summary>Whether what stays reaches as near to the cut-off as what goes: else, where clocks went astray, a restore would take
    /// another generation, or end earlier, than it does now.</summary>
    private static bool IsOld(GenerationRetention trim, DateTimeOffset cutOff)
    {
        var newest = Times(trim.Snapshots, trim.Segments).Cast<DateTimeOffset?>().Max();
        return newest is not { } latest || latest <= Times(trim.KeptSnapshots, trim.Generation.Segments.Except(trim.Segments)).Where(t => t <= cutOff).Max();
    }

    private static IEnumerable<DateTimeOffset> Times(IEnumerable<SnapshotInfo> snapshots, IEnumerable<WalSegmentInfo> segments) =>
        snapshots.Select(s => s.CreatedAt).Concat(segments.Select(s => s.CreatedAt));
}
