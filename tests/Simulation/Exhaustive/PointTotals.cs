namespace Litestream.Simulation.Exhaustive;

/// <summary>What was counted.</summary>
internal sealed class PointTotals
{
    private readonly long[] _points = new long[Enum.GetValues<CrashPath>().Length];

    /// <summary>Points by path.</summary>
    public IEnumerable<(CrashPath Path, long Points)> ByPath => _points.Select((points, path) => ((CrashPath)path, points));

    /// <summary>Crashes, each recovered from and checked.</summary>
    public long Points => _points.Sum();

    /// <summary>Those of them that lose or tear what was written, and do not only end processes.</summary>
    public long Faults { get; private set; }

    /// <summary>Operations at which it could have crashed: where the disk was the same as before the one before, it is recovered from once.</summary>
    public long Operations { get; private set; }

    public long Failures { get; private set; }

    public void Pass() => Operations++;

    public void Add(CrashPoint point)
    {
        _points[(int)point.Path]++;
        if (point.Crash is not (Crash.Process or Crash.Everything)) Faults++;
    }

    public void Fail() => Failures++;

    /// <summary>Adds what another one has counted.</summary>
    public void Add(IReadOnlyList<long> points, long faults, long operations, long failures)
    {
        for (var path = 0; path < points.Count; path++) _points[path] += points[path];
        Faults += faults;
        Operations += operations;
        Failures += failures;
    }
}
