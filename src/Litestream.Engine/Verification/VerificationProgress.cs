namespace Litestream.Engine.Verification;

/// <summary>How far a verification is.</summary>
/// <param name="Key">The object that is being read.</param>
/// <param name="ObjectsDone">Objects that are read.</param>
/// <param name="ObjectsTotal">Objects to read in all.</param>
/// <param name="BytesDone">Stored bytes read so far.</param>
/// <param name="BytesTotal">Stored bytes to read in all.</param>
public readonly record struct VerificationProgress(string Key, int ObjectsDone, int ObjectsTotal, long BytesDone, long BytesTotal);
