using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Takes a commit frame in the file for a commit.</summary>
internal sealed class CommitFrameCapture : WalCapture
{
    protected override WalIndexSnapshot? LimitOf(DatabaseConnection reader)
    {
        if (reader.GetWalSnapshot() is not { } limit) return null;
        Span<byte> bytes = stackalloc byte[WalHeader.Size];
        if (!reader.TryReadWal(bytes, 0) || !WalHeader.TryParse(bytes, out var header, out var checksum)
            || header.Salt1 != limit.Salt1 || header.Salt2 != limit.Salt2)
            return limit;
        var buffer = new byte[header.FrameSize];
        for (var number = 1u; reader.TryReadWal(buffer, header.FrameOffset(number)); number++)
        {
            var frame = WalFrameHeader.Read(buffer);
            checksum = WalFrameHeader.ChecksumOf(checksum, buffer, header.BigEndianChecksums);
            if (frame.Salt1 != header.Salt1 || frame.Salt2 != header.Salt2 || frame.Checksum != checksum) break;
            if (frame.IsCommit && number > limit.LastFrame) limit = limit with { LastFrame = number, Checksum = checksum, Commits = limit.Commits + 1 };
        }

        return limit;
    }
}
