namespace Litestream.Engine.Restore;

/// <summary>How far work is that has stages of different kinds, by an estimate of each. Where there is more than was estimated, it says so late, and never
/// that it is done; and it tells how long the rest will take by how fast the present stage gets on.</summary>
/// <param name="time">Tells how long a stage takes.</param>
/// <param name="stages">What each has to do, and what that costs beside the others.</param>
internal sealed class StagedWork(TimeProvider time, IReadOnlyList<(double Expected, double Cost)> stages)
{
    private const double MostBeforeEnd = 0.99;

    /// <summary>Before that a rate says nothing.</summary>
    private static readonly TimeSpan s_firstRate = TimeSpan.FromSeconds(1);

    private readonly double _cost = stages.Sum(s => s.Cost);
    private long _began = time.GetTimestamp();
    private int _stage;

    /// <summary>The part that is done.</summary>
    public double Share { get; private set; }

    /// <summary>How long the rest will take; null while nobody can tell.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>Takes note of how far it is. One that is behind what was said before is passed over.</summary>
    /// <param name="stage">Which stage.</param>
    /// <param name="done">What of it is done.</param>
    public void Reach(int stage, double done)
    {
        if (stage < _stage) return;
        if (stage > _stage) (_stage, _began) = (stage, time.GetTimestamp());
        var (expected, cost) = stages[stage];
        var part = expected > 0 ? Math.Min(done / expected, 1) : 1;
        var reached = stages.Take(stage).Sum(s => s.Cost) + part * cost;
        Share = Math.Max(Share, _cost > 0 ? Math.Min(reached / _cost, MostBeforeEnd) : 0);
        var elapsed = time.GetElapsedTime(_began);
        Left = elapsed < s_firstRate || part is 0 or 1 || cost == 0 ? null : elapsed * ((_cost - reached) / (part * cost));
    }
}
