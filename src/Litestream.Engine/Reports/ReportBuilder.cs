using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Reports;

/// <summary>Gathers what a report tells.</summary>
/// <param name="createdAt">When the report is made, UTC.</param>
public sealed class ReportBuilder(DateTimeOffset createdAt)
{
    private readonly List<ReplicaReport> _replicas = [];
    private readonly Dictionary<string, List<RestoreObstacle>> _known = [];

    /// <summary>When the report is made, UTC.</summary>
    public DateTimeOffset CreatedAt => createdAt;

    /// <summary>Lists a replica; only names are read. What is known of damage counts.</summary>
    /// <param name="replica">The replica; stays open.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="LitestreamException">The listing's; the report then tells that it failed.</exception>
    public async Task ListAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        var generations = new List<ReportedGeneration>();
        try
        {
            await foreach (var generation in new ReplicaCatalog(replica).ListGenerationsAsync(cancellationToken).ConfigureAwait(false))
            {
                var windows = new List<RestoreWindow>();
                List<RestoreObstacle> known = [.. _known.GetValueOrDefault(replica.Url, []).Where(o => o.Key.StartsWith(ObjectKey.Generation(generation.Id), StringComparison.Ordinal))];
                await foreach (var window in new RestoreWindowFinder(replica).FindAsync(generation, known, cancellationToken).ConfigureAwait(false)) windows.Add(window);
                generations.Add(Describe(generation, windows));
            }
        }
        catch (LitestreamException exception)
        {
            AddProblem(replica.Url, exception.Message);
            throw;
        }

        var bytes = generations.Sum(g => g.Snapshots.Concat(g.Segments).Sum(o => o.Size));
        Update(replica.Url, r => r with
        {
            Generations = [.. generations.OrderBy(g => g.Snapshots.Concat(g.Segments).Min(o => o.Time))],
            Sizes = [.. r.Sizes, new(createdAt, bytes)],
        });
    }

    /// <summary>Tells that a replica could not be listed.</summary>
    /// <param name="url">The replica, without secrets.</param>
    /// <param name="message">Why.</param>
    public void AddProblem(string url, string message) => Update(url, r => r with { Problem = message });

    /// <summary>Tells what a drill or a reading found that a restore does not get over, before the replica is listed.</summary>
    /// <param name="url">The replica, without secrets.</param>
    /// <param name="obstacles">What is missing or damaged.</param>
    public void Add(string url, IEnumerable<RestoreObstacle> obstacles)
    {
        if (!_known.TryGetValue(url, out var known)) _known.Add(url, known = []);
        known.AddRange(obstacles);
    }

    /// <summary>Adds a drill.</summary>
    /// <param name="url">The replica, without secrets.</param>
    /// <param name="drill">The drill.</param>
    public void Add(string url, ReportedDrill drill) => Update(url, r => r with { Drills = [.. r.Drills, drill] });

    /// <summary>Adds a reading of a generation.</summary>
    /// <param name="url">The replica, without secrets.</param>
    /// <param name="test">The reading.</param>
    public void Add(string url, ReportedTest test) => Update(url, r => r with { Tests = [.. r.Tests, test] });

    /// <summary>Adds what an earlier report tells of the same time: drills, readings and sizes. Its listings are over.</summary>
    /// <param name="earlier">The earlier report.</param>
    public void AddHistory(Report earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        foreach (var old in earlier.Replicas)
        {
            Update(old.Url, r => r with
            {
                Drills = [.. r.Drills, .. old.Drills],
                Tests = [.. r.Tests, .. old.Tests],
                Sizes = [.. r.Sizes, .. old.Sizes],
            });
        }
    }

    /// <summary>The report of what was added, each thing once, in order of time.</summary>
    public Report Build() => new(createdAt, [.. _replicas.Select(r => r with
    {
        Drills = [.. r.Drills.DistinctBy(d => (d.StartedAt, d.DatabasePath)).OrderBy(d => d.StartedAt)],
        Tests = [.. r.Tests.DistinctBy(t => (t.Time, t.Generation)).OrderBy(t => t.Time)],
        Sizes = [.. r.Sizes.DistinctBy(s => s.Time).OrderBy(s => s.Time)],
    })]);

    private static ReportedGeneration Describe(GenerationInfo generation, List<RestoreWindow> windows) => new(generation.Id.ToString(),
        [.. generation.Snapshots.Select(s => new ReportedObject(s.CreatedAt, s.Size))],
        [.. generation.Segments.Select(s => new ReportedObject(s.CreatedAt, s.Size))],
        [.. windows.Select(w => new TimeRange(w.From, w.To))], [.. GapsOf(generation, windows)]);

    // What the windows leave out. Their times are the objects' own, and a listing may show others: so before and behind them objects tell, not times.
    private static IEnumerable<TimeRange> GapsOf(GenerationInfo generation, List<RestoreWindow> windows)
    {
        var isWholeFromStart = windows.Count > 0 && generation.Segments.All(s => s.Start.Index >= windows[0].Points[0].Index)
            && generation.Snapshots.All(s => s.Index >= windows[0].Points[0].Index);
        var reached = isWholeFromStart ? windows[0].From : generation.CreatedAt!.Value;
        foreach (var window in windows)
        {
            if (window.From > reached) yield return new(reached, window.From);
            if (window.To > reached) reached = window.To;
        }

        if ((windows.Count == 0 || windows[^1].MissingKey is not null) && generation.UpdatedAt > reached) yield return new(reached, generation.UpdatedAt.Value);
    }

    private void Update(string url, Func<ReplicaReport, ReplicaReport> change)
    {
        var index = _replicas.FindIndex(r => r.Url == url);
        if (index < 0) _replicas.Add(change(new(url)));
        else _replicas[index] = change(_replicas[index]);
    }
}
