using System.Runtime.CompilerServices;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>Tells what a restore can be asked for, by the rules by which <see cref="RestorePlanner"/> chooses.</summary>
/// <param name="replica">The replica; stays open.</param>
public sealed class RestoreWindowFinder(IReplicaClient replica)
{
    private readonly ObjectTimes _times = new(replica);

    /// <summary>Finds the windows of a generation, in order. None, if it has no snapshot.</summary>
    /// <param name="generation">As it was listed.</param>
    /// <param name="known">What is known to be damaged or missing. Names alone do not show that a segment is missing inside an index, or at its end.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="LitestreamException">A Replica… code.</exception>
    public async IAsyncEnumerable<RestoreWindow> FindAsync(
        GenerationInfo generation, IReadOnlyCollection<RestoreObstacle> known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(known);
        List<RestoreObstacle> obstacles = [.. known.Where(o => !o.IsBridged).OrderBy(o => o.At)];
        var damaged = known.Select(o => o.Key).ToHashSet();
        var reached = -1;
        foreach (var snapshot in generation.Snapshots.Where(s => !damaged.Contains(s.Key)))
        {
            // what the chain of an earlier snapshot leads through begins no window
            if (snapshot.Index <= reached) continue;
            var time = await TimeOfAsync(snapshot.Key, snapshot.CreatedAt, cancellationToken).ConfigureAwait(false);
            var separated = await _times.SeparateAsync(generation, time, cancellationToken).ConfigureAwait(false);
            var stretch = new RestoreStretch(snapshot with { CreatedAt = time }, separated, obstacles);
            reached = stretch.Obstacle?.At.Index ?? int.MaxValue;
            if (stretch.Points.Count == 0) continue;

            var to = stretch.Last is { } last ? await TimeOfAsync(last.Key, last.CreatedAt, cancellationToken).ConfigureAwait(false) : time;
            if (await FindDamagedAsync(generation, obstacles, snapshot.Index, cancellationToken).ConfigureAwait(false) is { } end && end <= to) to = end.AddTicks(-1);
            yield return new(generation.Id, stretch.From < to ? stretch.From : to, to, stretch.Points, stretch.Obstacle?.Key);
        }
    }

    // The time from which on a damaged snapshot is chosen: it may be that of the last segment before it.
    private async Task<DateTimeOffset?> FindDamagedAsync(
        GenerationInfo generation, List<RestoreObstacle> obstacles, int index, CancellationToken cancellationToken) =>
        generation.Snapshots.FirstOrDefault(s => s.Index > index && obstacles.Exists(o => o.Key == s.Key)) is { } snapshot
            ? await TimeOfAsync(snapshot.Key, snapshot.CreatedAt, cancellationToken).ConfigureAwait(false)
            : null;

    private async Task<DateTimeOffset> TimeOfAsync(string key, DateTimeOffset listed, CancellationToken cancellationToken) => replica.HidesTimes
        ? await replica.GetTimeAsync(key, cancellationToken).ConfigureAwait(false) ?? listed
        : listed;
}
