namespace Litestream.Engine.Restore;

/// <summary>How far a restore is.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="BytesDone">Stored bytes read so far.</param>
/// <param name="BytesTotal">Stored bytes to read in all.</param>
public readonly record struct RestoreProgress(RestorePhase Phase, long BytesDone, long BytesTotal);
