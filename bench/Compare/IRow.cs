namespace Litestream.Bench.Compare;

/// <summary>A row of the table: one kind of work.</summary>
internal interface IRow
{
    /// <summary>Its number in docs/performance.md.</summary>
    int Number { get; }

    /// <summary>Does the work with each system in turn.</summary>
    IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop);
}
