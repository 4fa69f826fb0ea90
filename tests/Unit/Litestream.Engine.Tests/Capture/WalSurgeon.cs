using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Capture;

/// <summary>Writes frames into a -wal as a process would that died, or that nobody watched.</summary>
internal static class WalSurgeon
{
    /// <summary>Appends a commit behind the last frame: right salts, right checksums, but not in the wal-index.</summary>
    public static void AppendGhost(TestDatabase database, params uint[] pages)
    {
        var snapshot = database.Snapshot()!.Value;
        Write(database, snapshot.LastFrame + 1, snapshot.Checksum, pages, snapshot.PageCount);
    }

    /// <summary>Replaces frames by others whose checksums hold among themselves.</summary>
    public static void Replace(TestDatabase database, uint first, params uint[] pages)
    {
        var wal = database.WalBytes();
        Assert.True(WalHeader.TryParse(wal, out var header, out var checksum));
        if (first > 1) checksum = WalFrameHeader.Read(wal.AsSpan((int)header.FrameOffset(first - 1))).Checksum;
        Write(database, first, checksum, pages, commitSize: 0);
    }

    private static void Write(TestDatabase database, uint first, WalChecksum checksum, uint[] pages, uint commitSize)
    {
        Assert.True(WalHeader.TryParse(database.WalBytes(), out var header, out _));
        var frame = new byte[header.FrameSize];
        for (var i = 0; i < pages.Length; i++)
        {
            var content = new WalFrameHeader(pages[i], i == pages.Length - 1 ? commitSize : 0, header.Salt1, header.Salt2, default);
            frame.AsSpan(WalFrameHeader.Size).Fill((byte)(0xa0 + i));
            content.Write(frame);
            checksum = WalFrameHeader.ChecksumOf(checksum, frame, header.BigEndianChecksums);
            (content with { Checksum = checksum }).Write(frame);
            database.OverwriteWal(header.FrameOffset(first + (uint)i), frame);
        }
    }
}
