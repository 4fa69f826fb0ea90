namespace Litestream.Engine.Replication;

/// <summary>How far a snapshot that is being copied is.</summary>
/// <param name="BytesDone">Bytes of the database that are copied.</param>
/// <param name="BytesTotal">Bytes of the database.</param>
/// <param name="Elapsed">How long it takes by now.</param>
public readonly record struct SnapshotCopy(long BytesDone, long BytesTotal, TimeSpan Elapsed);
