namespace Litestream.Engine.Reports.Pictures;

/// <summary>A picture as values. Across it is measured in percent, so that it fits a telephone and a page of paper with letters of one
/// size; down in pixels.</summary>
internal sealed record Picture(string Title, double Height)
{
    /// <summary>Lines behind all else.</summary>
    public IReadOnlyList<Stroke> Grid { get; init; } = [];

    /// <summary>Areas.</summary>
    public IReadOnlyList<Bar> Bars { get; init; } = [];

    /// <summary>Lines of a series.</summary>
    public IReadOnlyList<Stroke> Strokes { get; init; } = [];

    /// <summary>Marks above all else.</summary>
    public IReadOnlyList<Mark> Marks { get; init; } = [];

    /// <summary>Texts.</summary>
    public IReadOnlyList<Label> Labels { get; init; } = [];
}
