using System.Buffers.Binary;
using Litestream.Engine.Format;
using Litestream.Engine.Sqlite;

namespace Litestream.Fuzz.Formats;

/// <summary>Snapshots and segments in one input, each behind its index, its skew and its length of two bytes.</summary>
internal static class WalParts
{
    /// <summary>Bytes a page: the smallest, so that inputs stay small.</summary>
    public const int PageSize = 512;

    private const int HeaderSize = 4;
    private const int FrameSize = WalFrameHeader.Size + PageSize;

    /// <summary>Reads an input; whatever it is, it is some.</summary>
    public static List<WalPart> Read(ReadOnlySpan<byte> input)
    {
        var parts = new List<WalPart>();
        while (input.Length >= HeaderSize)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input[2..]), input.Length - HeaderSize);
            parts.Add(new(input[0], (sbyte)input[1], input.Slice(HeaderSize, length).ToArray()));
            input = input[(HeaderSize + length)..];
        }

        return parts;
    }

    /// <summary>The opposite.</summary>
    public static byte[] Write(IEnumerable<WalPart> parts)
    {
        var bytes = new List<byte>();
        foreach (var part in parts)
        {
            Span<byte> header = [part.Index, (byte)part.Skew, 0, 0];
            BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)part.Content.Length);
            bytes.AddRange(header);
            bytes.AddRange(part.Content);
        }

        return [.. bytes];
    }

    /// <summary>Makes headers, salts and checksums right, as far as there is something of them; the rest of what stands there stays.</summary>
    public static byte[] Repair(ReadOnlySpan<byte> input)
    {
        var parts = Read(input);
        (WalHeader Header, WalChecksum Checksum, long Length)? before = null;
        for (var at = 0; at < parts.Count;)
        {
            if (parts[at].IsSnapshot)
            {
                RepairSnapshot(parts[at++].Content);
                continue;
            }

            var first = at;
            while (at < parts.Count && parts[at].Index == parts[first].Index && !parts[at].IsSnapshot) at++;
            var group = parts.GetRange(first, at - first);
            var wal = group.SelectMany(p => p.Content).ToArray();
            before = RepairWal(wal, before);
            var offset = 0;
            foreach (var part in group)
            {
                wal.AsSpan(offset, part.Content.Length).CopyTo(part.Content);
                offset += part.Content.Length;
            }
        }

        return Write(parts);
    }

    private static void RepairSnapshot(Span<byte> content)
    {
        if (content.Length < DatabaseHeader.Size) return;
        "SQLite format 3\0"u8.CopyTo(content);
        BinaryPrimitives.WriteUInt16BigEndian(content[16..], PageSize);
    }

    private static (WalHeader, WalChecksum, long)? RepairWal(Span<byte> wal, (WalHeader Header, WalChecksum Checksum, long Length)? before)
    {
        if (wal.Length < WalHeader.Size) return before;
        var sequence = BinaryPrimitives.ReadUInt32BigEndian(wal[12..]);
        var salt1 = BinaryPrimitives.ReadUInt32BigEndian(wal[16..]);
        var salt2 = BinaryPrimitives.ReadUInt32BigEndian(wal[20..]);
        // an odd version lets the salts stand
        if (before is { } last && (wal[7] & 1) == 0)
        {
            salt1 = unchecked(last.Header.Salt1 + 1);
            if (sequence == IndexLink.Mark) salt2 = IndexLink.Salt2After(last.Checksum, last.Length);
        }

        var header = new WalHeader(PageSize, sequence, salt1, salt2, (wal[3] & 1) != 0);
        var checksum = header.Write(wal);
        var length = (long)WalHeader.Size;
        for (var rest = wal[WalHeader.Size..]; rest.Length >= FrameSize; rest = rest[FrameSize..], length += FrameSize)
        {
            var frame = WalFrameHeader.Read(rest) with { Salt1 = salt1, Salt2 = salt2 };
            frame.Write(rest);
            checksum = WalFrameHeader.ChecksumOf(checksum, rest[..FrameSize], header.BigEndianChecksums);
            (frame with { Checksum = checksum }).Write(rest);
        }

        return (header, checksum, length);
    }
}
