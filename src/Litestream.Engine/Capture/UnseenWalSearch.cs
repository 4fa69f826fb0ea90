using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Looks for commits in a WAL of which the wal-index says that none was ever written: what is put beside a database that we alone have open is in no wal-index, and whoever opens the
/// database next joins ours and writes over it.</summary>
/// <param name="probe">Has the database open.</param>
/// <param name="open">Opens it once more.</param>
internal sealed class UnseenWalSearch(DatabaseConnection probe, Func<DatabaseConnection> open)
{
    /// <summary>One that was found before and is still there, as others have the wal-index open: nothing helps then before they commit. Null if there is none.</summary>
    public UnseenWal? Known { get; set; }

    /// <summary>Sees that there is none.</summary>
    /// <exception cref="UnseenWalException">There is one.</exception>
    public void EnsureNone()
    {
        Span<byte> bytes = stackalloc byte[WalHeader.Size];
        if (!probe.TryReadWal(bytes, 0) || !WalHeader.TryParse(bytes, out var header, out var checksum)) return;
        var wal = new UnseenWal(header.Salt1, header.Salt2);
        if (wal == Known) return;
        using var writer = open();
        using var reader = open();
        // whoever is in the middle of a commit has the write lock: its frames are in the file before the wal-index knows of them, and it may know of them by now
        if (writer.TryBeginWrite() && reader.TryBeginRead() && reader.GetWalSnapshot() is null && HoldsCommit(header, checksum)) throw new UnseenWalException(wal);
    }

    private bool HoldsCommit(WalHeader header, WalChecksum checksum)
    {
        var bytes = new byte[header.FrameSize];
        for (var number = 1u; probe.TryReadWal(bytes, header.FrameOffset(number)); number++)
        {
            var frame = WalFrameHeader.Read(bytes);
            checksum = WalFrameHeader.ChecksumOf(checksum, bytes, header.BigEndianChecksums);
            if ((frame.Salt1, frame.Salt2) != (header.Salt1, header.Salt2) || frame.Checksum != checksum) return false;
            if (frame.IsCommit) return true;
        }

        return false;
    }
}
