using System.Globalization;

namespace Litestream.Engine.Format;

/// <summary>Names of objects in a replica (replica format 1.1). The spool uses the same names.</summary>
public static class ObjectKey
{
    /// <summary>Folder of all generations.</summary>
    public const string Generations = "generations/";

    /// <summary>An object that is stored and deleted again to see whether a replica takes data; no part of the replica.</summary>
    public const string Probe = ".litestream-ps-probe";

    private const string SnapshotSuffix = ".snapshot.lz4";
    private const string SegmentSuffix = ".wal.lz4";
    private const string MarkSuffix = ".snapshot.stored";

    /// <summary>Folder of a generation.</summary>
    /// <param name="generation">The generation.</param>
    public static string Generation(GenerationId generation) => $"{Generations}{generation}/";

    /// <summary>Folder of a generation's snapshots.</summary>
    /// <param name="generation">The generation.</param>
    public static string Snapshots(GenerationId generation) => $"{Generation(generation)}snapshots/";

    /// <summary>Folder of a generation's WAL segments.</summary>
    /// <param name="generation">The generation.</param>
    public static string Wal(GenerationId generation) => $"{Generation(generation)}wal/";

    /// <summary>Key of a snapshot.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="index">The WAL index at whose start the snapshot stands.</param>
    public static string Snapshot(GenerationId generation, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{Snapshots(generation)}{index:x8}{SnapshotSuffix}");

    /// <summary>Key of the mark that a snapshot of ours was stored: an empty object beside it, without which nothing would tell that a snapshot is gone. It is stored after
    /// the snapshot and deleted before it. Litestream passes over it.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="index">The snapshot's index.</param>
    public static string SnapshotMark(GenerationId generation, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{Snapshots(generation)}{index:x8}{MarkSuffix}");

    /// <summary>Key of a WAL segment.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="start">Where the segment's first byte belongs.</param>
    public static string Segment(GenerationId generation, Position start) =>
        string.Create(CultureInfo.InvariantCulture, $"{Wal(generation)}{start.Index:x8}_{start.Offset:x8}{SegmentSuffix}");

    /// <summary>Reads the last part of a snapshot's key; false for any other name.</summary>
    /// <param name="name">The name without folders.</param>
    /// <param name="index">The snapshot's index.</param>
    public static bool TryParseSnapshot(ReadOnlySpan<char> name, out int index) => TryParseIndex(name, SnapshotSuffix, out index);

    /// <summary>Reads the last part of the key of a snapshot's mark; false for any other name.</summary>
    /// <param name="name">The name without folders.</param>
    /// <param name="index">The snapshot's index.</param>
    public static bool TryParseSnapshotMark(ReadOnlySpan<char> name, out int index) => TryParseIndex(name, MarkSuffix, out index);

    /// <summary>Reads the last part of a segment's key; false for any other name.</summary>
    /// <param name="name">The name without folders.</param>
    /// <param name="start">Where the segment's first byte belongs.</param>
    public static bool TryParseSegment(ReadOnlySpan<char> name, out Position start)
    {
        start = default;
        if (name.Length != 17 + SegmentSuffix.Length || name[8] != '_' || !name.EndsWith(SegmentSuffix, StringComparison.Ordinal)
            || !TryParseHex(name[..8], out var index) || index > int.MaxValue || !TryParseHex(name[9..17], out var offset))
            return false;
        start = new((int)index, offset);
        return true;
    }

    private static bool TryParseIndex(ReadOnlySpan<char> name, string suffix, out int index)
    {
        index = 0;
        return name.Length == 8 + suffix.Length
            && name.EndsWith(suffix, StringComparison.Ordinal)
            && TryParseHex(name[..8], out var value)
            && (index = unchecked((int)value)) >= 0;
    }

    private static bool TryParseHex(ReadOnlySpan<char> text, out uint value)
    {
        value = 0;
        return !text.ContainsAnyExcept(HexDigits.Lower)
            && uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
    }
}
