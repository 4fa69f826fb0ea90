namespace Litestream.Engine.Reports.Pictures;

/// <summary>A text.</summary>
/// <param name="X">Percent of the width.</param>
/// <param name="Y">Its base line, pixels.</param>
/// <param name="Anchor">start, middle or end.</param>
/// <param name="Text">The text.</param>
internal sealed record Label(double X, double Y, string Anchor, string Text);
