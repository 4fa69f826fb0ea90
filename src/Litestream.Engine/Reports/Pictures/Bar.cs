namespace Litestream.Engine.Reports.Pictures;

/// <summary>A filled rectangle.</summary>
/// <param name="X">Left edge, percent of the width.</param>
/// <param name="Width">Percent of the width.</param>
/// <param name="Y">Top edge, pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Kind">What it is: a class of the style sheet, in lower case.</param>
/// <param name="Title">What it tells.</param>
internal sealed record Bar(double X, double Width, double Y, double Height, string Kind, string Title);
