namespace Litestream.Engine.Restore;

/// <summary>How far a restore is.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="BytesDone">Stored bytes read so far; in a check, bytes that SQLite has read of the database.</param>
/// <param name="BytesTotal">Stored bytes to read in all; 0 in a check, as nobody knows how often SQLite reads a page.</param>
public readonly record struct RestoreProgress(RestorePhase Phase, long BytesDone, long BytesTotal);
