using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Tells whether a WAL and a database file belong together: what no frame of the WAL has written is in the file as it was captured. Reads both as they are on the disk, all of
/// the file.</summary>
/// <param name="connection">Has both open.</param>
/// <param name="pages">What the pages held at a point of the WAL's life.</param>
/// <param name="point">The point.</param>
internal sealed class WalOwner(DatabaseConnection connection, PageMap pages, CapturePoint point)
{
    private const int BufferSize = 1 << 20;

    private readonly HashSet<uint> _written = [];
    private uint _leastCount = uint.MaxValue;
    private bool _holdsPoint;

    /// <summary>Frames of the WAL that the file holds: their pages may be no older. None where that is not known.</summary>
    public uint HeldFrames { get; init; }

    /// <summary>Whether the file held all of the WAL up to the point.</summary>
    public bool IsWhole
    {
        init => HeldFrames = value ? point.Frame : 0;
    }

    /// <summary>Whether the file is another one than at the point: then it has to be all that was captured. An older state of the database would be brought forward by the WAL.</summary>
    public bool IsOtherFile { get; init; }

    /// <summary>Looks at all pages for one that speaks against it.</summary>
    /// <param name="pageSize">Bytes a page of the file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False if there is one.</returns>
    public bool MayBelong(int pageSize, CancellationToken cancellationToken)
    {
        if (!TryReadWal(pageSize, cancellationToken)) return false;
        // Its device lost power, and the pages of the frames that are gone may be in the file or not; or the header of a restart was written in part, from which SQLite takes the former
        // salts once more. Who replaces a file shortens no WAL.
        if (!_holdsPoint && !IsOtherFile) return true;
        return HoldsPages(pageSize, cancellationToken);
    }

    /// <summary>Whether a file that was whole still holds all that is captured, but for what the WAL has written since.</summary>
    /// <param name="pageSize">Bytes a page of the file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public bool IsProven(int pageSize, CancellationToken cancellationToken) => TryReadWal(pageSize, cancellationToken) && HoldsPages(pageSize, cancellationToken);

    private bool HoldsPages(int pageSize, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        var perRead = (uint)(BufferSize / pageSize);
        for (var first = 1u; first <= pages.Count; first += perRead)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _ = connection.TryReadDatabaseFile(buffer, (first - 1L) * pageSize);
            for (var page = first; page < first + perRead && page <= pages.Count; page++)
                if (!IsOwn(page, buffer.AsSpan((int)(page - first) * pageSize, pageSize), pageSize)) return false;
        }

        return true;
    }

    private bool IsOwn(uint page, ReadOnlySpan<byte> content, int pageSize)
    {
        // what nobody knows, SQLite never writes, or a later commit has cut off
        if (pages[page] == default || page == PageSize.LockPage(pageSize) || page > _leastCount) return true;
        var digest = PageDigest.Of(content);
        if (digest == pages[page]) return true;
        return !IsOtherFile && _written.Contains(page);
    }

    /// <summary>Reads the frames as far as they are valid; false if their pages have another size.</summary>
    private bool TryReadWal(int pageSize, CancellationToken cancellationToken)
    {
        Span<byte> bytes = stackalloc byte[WalHeader.Size];
        _holdsPoint = point.Frame == 0;
        if (!connection.TryReadWal(bytes, 0) || !WalHeader.TryParse(bytes, out var header, out var checksum)) return true;
        if (header.PageSize != pageSize) return false;
        var frame = new byte[header.FrameSize];
        for (var number = 1u; connection.TryReadWal(frame, header.FrameOffset(number)); number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = WalFrameHeader.Read(frame);
            checksum = WalFrameHeader.ChecksumOf(checksum, frame, header.BigEndianChecksums);
            if ((read.Salt1, read.Salt2) != (header.Salt1, header.Salt2) || read.Checksum != checksum) break;
            if (number > Math.Min(HeldFrames, point.Frame)) _written.Add(read.PageNumber);
            _holdsPoint |= number == point.Frame && checksum == point.Checksum;
            if (number > point.Frame && read.IsCommit) _leastCount = Math.Min(_leastCount, read.CommitSize);
        }

        return true;
    }
}
