namespace Litestream.Engine.Capture;

/// <summary>It can't be proven that every commit was captured. The message says why.</summary>
internal class ContinuityLostException(string reason) : Exception(reason);
