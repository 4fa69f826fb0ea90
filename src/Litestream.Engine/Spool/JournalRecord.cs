using System.Buffers.Binary;
using System.Text.Json;
using Litestream.Engine.Format;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Spool;

/// <summary>One record of the state journal: a state, and either the whole page map at it or what changed since the record before.</summary>
/// <param name="State">The state.</param>
/// <param name="Pages">The whole map; null if the record holds changes.</param>
/// <param name="Changes">The changes; null if the record holds the whole map.</param>
internal sealed record JournalRecord(SpoolState State, PageMap? Pages, PageChanges? Changes)
{
    private const int HeaderSize = 1 + 4 * sizeof(uint);
    private const byte WholeKind = 1;
    private const byte ChangesKind = 2;
    private const int ChangeSize = sizeof(uint) + PageDigest.Size;

    /// <summary>Bytes of the record.</summary>
    public int Size => HeaderSize + StateBytes.Length + (Pages is null ? Changes!.Digests.Count * ChangeSize : (int)Pages.Count * PageDigest.Size);

    private byte[] StateBytes => field ??= JsonSerializer.SerializeToUtf8Bytes(State);

    /// <summary>The record as bytes, in pieces, of which each is valid until the next: kind, length of the state, pages, fewest pages and number of digests; the state
    /// as JSON; the digests, of changes each behind its page number. Numbers are little-endian.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ToBytes()
    {
        var header = new byte[HeaderSize];
        header[0] = Pages is null ? ChangesKind : WholeKind;
        Write(header, 0, (uint)StateBytes.Length);
        Write(header, 1, Pages?.Count ?? Changes!.Count);
        Write(header, 2, Pages?.Count ?? Changes!.LeastCount);
        Write(header, 3, Pages?.Count ?? (uint)Changes!.Digests.Count);
        yield return header;
        yield return StateBytes;
        if (Pages is not null)
        {
            foreach (var piece in Pages.ToBytes()) yield return piece;
            yield break;
        }

        var changes = new byte[Changes!.Digests.Count * ChangeSize];
        var rest = changes.AsMemory();
        foreach (var (pageNumber, digest) in Changes.Digests)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest.Span, pageNumber);
            BinaryPrimitives.WriteUInt128LittleEndian(rest.Span[sizeof(uint)..], digest);
            rest = rest[ChangeSize..];
        }

        yield return changes;
    }

    /// <summary>Reads a record; null if it is none.</summary>
    /// <param name="bytes">All of it.</param>
    public static JournalRecord? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize) return null;
        var (kind, stateLength, count, least, digests) = (bytes[0], Read(bytes, 0), Read(bytes, 1), Read(bytes, 2), Read(bytes, 3));
        var body = bytes[HeaderSize..];
        var size = kind switch { WholeKind => PageDigest.Size, ChangesKind => ChangeSize, _ => 0 };
        if (size == 0 || body.Length != stateLength + (long)digests * size || ParseState(body[..(int)stateLength]) is not { } state) return null;
        body = body[(int)stateLength..];
        if (kind == WholeKind) return new(state, ParseMap(body), null);
        return ParseChanges(body, count, least) is { } changes ? new(state, null, changes) : null;
    }

    private static SpoolState? ParseState(ReadOnlySpan<byte> json)
    {
        try
        {
            var state = JsonSerializer.Deserialize<SpoolState>(json);
            return state is { Version: SpoolState.CurrentVersion, Head: { Position: { Index: >= 0, Offset: >= 0 } } head, Source: not null }
                && PageSize.IsValid(head.PageSize) && GenerationId.TryParse(state.Generation, out _) ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static PageMap ParseMap(ReadOnlySpan<byte> bytes)
    {
        var pages = new PageMap();
        for (; bytes.Length > 0; bytes = bytes[PageDigest.Size..]) pages.Add(BinaryPrimitives.ReadUInt128LittleEndian(bytes));
        return pages;
    }

    private static PageChanges? ParseChanges(ReadOnlySpan<byte> bytes, uint count, uint least)
    {
        var changes = new PageChanges();
        if (count == 0) return changes;
        changes.SetCount(least);
        for (; bytes.Length > 0; bytes = bytes[ChangeSize..])
        {
            var pageNumber = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if (pageNumber == 0 || pageNumber > count) return null;
            changes.Set(pageNumber, BinaryPrimitives.ReadUInt128LittleEndian(bytes[sizeof(uint)..]));
        }

        changes.SetCount(count);
        return changes;
    }

    private static uint Read(ReadOnlySpan<byte> header, int number) => BinaryPrimitives.ReadUInt32LittleEndian(header[(1 + number * sizeof(uint))..]);

    private static void Write(Span<byte> header, int number, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(header[(1 + number * sizeof(uint))..], value);
}
