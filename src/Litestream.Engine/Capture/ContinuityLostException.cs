namespace Litestream.Engine.Capture;

/// <summary>It can't be proven that every commit was captured: a new generation has to begin. The message says why.</summary>
internal sealed class ContinuityLostException(string reason) : Exception(reason);
