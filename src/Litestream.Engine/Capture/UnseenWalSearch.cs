using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Looks for commits in a WAL of which the wal-index says that none was ever written: what is put beside a database that we alone have open is in no wal-index, and whoever opens the
/// database next joins ours and writes over it.</summary>
/// <param name="probe">Has the database open.</param>
/// <param name="open">Opens it once more.</param>
/// <param name="look">Finds the WAL's file.</param>
internal sealed class UnseenWalSearch(DatabaseConnection probe, Func<DatabaseConnection> open, Func<FileEntry?> look)
{
    private (UnseenWal Wal, FileEntry? File)? _empty;

    /// <summary>One that was found before and is still there, as others have the wal-index open: nothing helps then before they commit. Null if there is none.</summary>
    public UnseenWal? Known { get; set; }

    /// <summary>Sees that there is none.</summary>
    /// <exception cref="UnseenWalException">There is one.</exception>
    public void EnsureNone()
    {
        var file = look(); // before: what is written meanwhile is told the next time
        if (!TryReadHeader(out var header, out var checksum)) return;
        var wal = new UnseenWal(header.Salt1, header.Salt2);
        if (wal == Known || (wal, file) == _empty) return;
        using var writer = open();
        // whoever is in the middle of a commit has the write lock: its frames are in the file before the wal-index knows of them
        if (!writer.TryBeginWrite()) return;
        writer.EndTransaction();
        // not under that lock: a large transaction that was rolled back leaves much to read, and writers would wait as long
        if (FindCommit(header, checksum) is not { } commit)
        {
            _empty = (wal, file);
            return;
        }

        using var reader = open();
        // the wal-index may know of it by now
        if (writer.TryBeginWrite() && reader.TryBeginRead() && reader.GetWalSnapshot() is null && IsThere(header, commit)) throw new UnseenWalException(wal);
    }

    private bool TryReadHeader(out WalHeader header, out WalChecksum checksum)
    {
        (header, checksum) = (default, default);
        Span<byte> bytes = stackalloc byte[WalHeader.Size];
        return probe.TryReadWal(bytes, 0) && WalHeader.TryParse(bytes, out header, out checksum);
    }

    /// <summary>Finds the first frame that closes a transaction.</summary>
    private (uint Number, WalChecksum Checksum)? FindCommit(WalHeader header, WalChecksum checksum)
    {
        var bytes = new byte[header.FrameSize];
        for (var number = 1u; probe.TryReadWal(bytes, header.FrameOffset(number)); number++)
        {
            var frame = WalFrameHeader.Read(bytes);
            checksum = WalFrameHeader.ChecksumOf(checksum, bytes, header.BigEndianChecksums);
            if ((frame.Salt1, frame.Salt2) != (header.Salt1, header.Salt2) || frame.Checksum != checksum) return null;
            if (frame.IsCommit) return (number, checksum);
        }

        return null;
    }

    /// <summary>Whether a frame that was found is there: whoever has begun to write meanwhile, and not committed, has written another header before all else.</summary>
    private bool IsThere(WalHeader header, (uint Number, WalChecksum Checksum) commit)
    {
        Span<byte> bytes = stackalloc byte[WalFrameHeader.Size];
        return TryReadHeader(out var now, out _) && now == header && probe.TryReadWal(bytes, header.FrameOffset(commit.Number))
            && WalFrameHeader.Read(bytes).Checksum == commit.Checksum;
    }
}
