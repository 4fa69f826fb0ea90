namespace Litestream.Engine.Reports.Pictures;

/// <summary>Something drawn at a place.</summary>
/// <param name="X">Percent of the width.</param>
/// <param name="Y">Pixels from the top.</param>
/// <param name="Kind">What it is: a class of the style sheet, in lower case.</param>
/// <param name="Title">What it tells.</param>
internal sealed record Mark(double X, double Y, string Kind, string Title);
