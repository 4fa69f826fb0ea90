namespace Litestream.Engine.Capture;

/// <summary>Takes whole pages in a row.</summary>
/// <param name="first">Number of the first page, from 1.</param>
/// <param name="pages">The pages.</param>
internal delegate void PageRun(uint first, ReadOnlySpan<byte> pages);
