using System.Buffers;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>
/// The newest committed frame of each page in a life of the WAL, as one read transaction sees it: where a page is in here, the
/// database file may hold an older or, for foreign checkpoints, the same version. Only frame numbers are kept in memory.
/// </summary>
internal sealed class WalOverlay
{
    private const int ScanSize = 1 << 20;

    private readonly DatabaseConnection _reader;
    private readonly WalHeader _header;
    private readonly Dictionary<uint, uint> _frames = [];
    private readonly byte[] _headerBytes = new byte[WalHeader.Size];

    private WalOverlay(DatabaseConnection reader, WalHeader header)
    {
        _reader = reader;
        _header = header;
    }

    /// <summary>Reads and checks the whole life up to what the reader sees.</summary>
    /// <param name="reader">A connection whose read transaction is open and stays so.</param>
    /// <returns>Null when the WAL has no committed frame, or is restarted meanwhile: then the database file holds all of it.</returns>
    /// <exception cref="ContinuityLostException">The frames do not lead to the checksum that the wal-index names.</exception>
    public static WalOverlay? Read(DatabaseConnection reader)
    {
        if (reader.GetWalSnapshot() is not { LastFrame: > 0 } snapshot) return null;
        Span<byte> bytes = stackalloc byte[WalHeader.Size];
        if (!reader.TryReadWal(bytes, 0) || !WalHeader.TryParse(bytes, out var header, out var checksum)
            || header.Salt1 != snapshot.Salt1 || header.Salt2 != snapshot.Salt2)
            return null;

        var overlay = new WalOverlay(reader, header);
        if (overlay.Scan(snapshot.LastFrame, checksum) == snapshot.Checksum) return overlay;
        return overlay.IsCurrent()
            ? throw new ContinuityLostException($"the checksums of the WAL do not lead to the commit at frame {snapshot.LastFrame}")
            : null;
    }

    /// <summary>Whether the WAL file is still of the life of a point.</summary>
    /// <param name="reader">A connection.</param>
    /// <param name="point">The point.</param>
    public static bool IsOf(DatabaseConnection reader, CapturePoint point)
    {
        Span<byte> bytes = stackalloc byte[WalHeader.Size];
        return reader.TryReadWal(bytes, 0) && WalHeader.TryParse(bytes, out var header, out _)
            && header.Salt1 == point.Salt1 && header.Salt2 == point.Salt2;
    }

    /// <summary>Whether the newest version of a page is in the WAL.</summary>
    /// <param name="pageNumber">The page, from 1.</param>
    public bool Contains(uint pageNumber) => _frames.ContainsKey(pageNumber);

    /// <summary>Reads a page of the overlay.</summary>
    /// <param name="pageNumber">The page; <see cref="Contains"/> holds for it.</param>
    /// <param name="page">Receives it, or is spoilt.</param>
    /// <returns>False when the WAL has been restarted. A reader allows that only when the whole WAL was in the database file at
    /// its begin, and then freezes that file: from now on every page is to be read there.</returns>
    public bool TryRead(uint pageNumber, Span<byte> page)
    {
        var isFull = _reader.TryReadWal(page, _header.FrameOffset(_frames[pageNumber]) + WalFrameHeader.Size);

        // A restart writes the header before any frame: a header that is unchanged after the read vouches for the read.
        if (isFull && IsCurrent()) return true;
        _frames.Clear();
        return false;
    }

    private bool IsCurrent() =>
        _reader.TryReadWal(_headerBytes, 0) && WalHeader.TryParse(_headerBytes, out var header, out _) && header == _header;

    private WalChecksum Scan(uint last, WalChecksum checksum)
    {
        var size = _header.FrameSize;
        var perRead = (uint)Math.Max(1, ScanSize / size);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(perRead, last) * size);
        try
        {
            for (var frame = 1u; frame <= last;)
            {
                var count = Math.Min(perRead, last - frame + 1);
                var run = buffer.AsSpan(0, (int)count * size);
                if (!_reader.TryReadWal(run, _header.FrameOffset(frame))) return default;
                for (; run.Length > 0; run = run[size..], frame++)
                {
                    checksum = WalFrameHeader.ChecksumOf(checksum, run[..size], _header.BigEndianChecksums);
                    _frames[WalFrameHeader.Read(run).PageNumber] = frame;
                }
            }

            return checksum;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
