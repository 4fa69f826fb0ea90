using System.Globalization;

namespace Litestream.Engine.Format;

/// <summary>A place in the replica's WAL: so many bytes of the WAL of this index (replica format 1.6).</summary>
/// <param name="Index">WAL index inside the generation, 0 to 0x7fffffff.</param>
/// <param name="Offset">Bytes of that index's uncompressed WAL: 0, or 32 + n × (24 + page size), below 4 GiB.</param>
public readonly record struct Position(int Index, long Offset) : IComparable<Position>
{
    /// <inheritdoc/>
    public int CompareTo(Position other) =>
        Index != other.Index ? Index.CompareTo(other.Index) : Offset.CompareTo(other.Offset);

    /// <summary>Whether one lies before the other.</summary>
    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    /// <summary>Whether one lies behind the other.</summary>
    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    /// <summary>Whether one lies before the other or is the same.</summary>
    public static bool operator <=(Position left, Position right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one lies behind the other or is the same.</summary>
    public static bool operator >=(Position left, Position right) => left.CompareTo(right) >= 0;

    /// <summary>Index in hex, offset in decimal, as Litestream prints it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index:x8}:{Offset}");
}
