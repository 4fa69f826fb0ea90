using System.Buffers.Binary;
using System.Globalization;

namespace Litestream.Engine.Format;

/// <summary>Name of a generation: 16 lower-case hex digits, random, without order (replica format 1.1).</summary>
public readonly record struct GenerationId
{
    private readonly ulong _value;

    private GenerationId(ulong value) => _value = value;

    /// <summary>Makes a new random id.</summary>
    /// <param name="random">Where the 8 bytes come from.</param>
    public static GenerationId Create(Random random)
    {
        Span<byte> bytes = stackalloc byte[8];
        random.NextBytes(bytes);
        return new(BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }

    /// <summary>Reads an id; false unless the text is exactly 16 lower-case hex digits.</summary>
    /// <param name="text">What to read.</param>
    /// <param name="id">The id.</param>
    public static bool TryParse(string? text, out GenerationId id)
    {
        id = default;
        if (text is not { Length: 16 } || text.AsSpan().ContainsAnyExcept(HexDigits.Lower)) return false;
        id = new(ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>Reads an id.</summary>
    /// <param name="text">16 lower-case hex digits.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static GenerationId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a generation id (16 lower-case hex digits).");

    /// <summary>The 16 hex digits.</summary>
    public override string ToString() => _value.ToString("x16", CultureInfo.InvariantCulture);
}
