namespace Litestream.Engine.Replicas;

/// <summary>An object of a replica as its store lists it.</summary>
/// <param name="Key">Path below the replica's root with '/' between the parts, e.g. <c>generations/0123456789abcdef/wal/00000000_00000000.wal.lz4</c>.</param>
/// <param name="Size">Stored bytes.</param>
/// <param name="Time">Modification time of the object, UTC: what point-in-time restores go by.</param>
public sealed record ReplicaObject(string Key, long Size, DateTimeOffset Time);
