namespace Litestream.Engine.Reports.Pictures;

/// <summary>A straight line; widths in percent, heights in pixels.</summary>
internal sealed record Stroke(double X1, double Y1, double X2, double Y2);
