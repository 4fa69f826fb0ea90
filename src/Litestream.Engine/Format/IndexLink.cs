using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Format;

/// <summary>
/// How our stream ties each WAL index to the one before it, in numbers that SQLite and Litestream 0.3 leave free: the format itself
/// says nowhere how long an index was, so that nobody could tell that its last segments are gone (replica format 5.3).
/// </summary>
internal static class IndexLink
{
    /// <summary>The checkpoint sequence number in the header of every index of ours; SQLite counts there from 0, restart by restart,
    /// and never gets this far. Such a stream also promises that a snapshot holds nothing of its own index.</summary>
    public const uint Mark = 0x4c696e6b;

    /// <summary>The second salt of the index that follows on an end.</summary>
    /// <param name="checksum">The running checksum behind the last frame of the index before.</param>
    /// <param name="offset">Bytes of the index before.</param>
    public static uint Salt2After(WalChecksum checksum, long offset) =>
        unchecked(checksum.S1 ^ uint.RotateLeft(checksum.S2, 16) ^ ((uint)offset * 0x9e3779b1));
}
