namespace Litestream.Bench.Compare;

/// <summary>One kind of work, which fills some rows of the table.</summary>
internal interface IRow
{
    /// <summary>The rows' numbers in docs/performance.md.</summary>
    IReadOnlyList<int> Numbers { get; }

    /// <summary>Does the work with each system in turn.</summary>
    IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop);
}
