using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>Makes the bytes of a WAL, piece by piece.</summary>
internal sealed class WalWriter
{
    private readonly WalHeader _header;
    private readonly List<byte> _bytes = [];
    private WalChecksum _checksum;
    private int _taken;

    public WalWriter(int pageSize, uint salt1, uint salt2 = 77, bool bigEndian = false)
    {
        _header = new(pageSize, 0, salt1, salt2, bigEndian);
        var bytes = new byte[WalHeader.Size];
        _checksum = _header.Write(bytes);
        _bytes.AddRange(bytes);
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="page">Page number.</param>
    /// <param name="content">The page.</param>
    /// <param name="commitSize">Pages of the database after this commit; 0 for no commit.</param>
    public WalWriter Frame(uint page, ReadOnlySpan<byte> content, uint commitSize = 0)
    {
        var frame = new byte[_header.FrameSize];
        content.CopyTo(frame.AsSpan(WalFrameHeader.Size));
        new WalFrameHeader(page, commitSize, _header.Salt1, _header.Salt2, default).Write(frame);
        _checksum = WalFrameHeader.ChecksumOf(_checksum, frame, _header.BigEndianChecksums);
        new WalFrameHeader(page, commitSize, _header.Salt1, _header.Salt2, _checksum).Write(frame);
        _bytes.AddRange(frame);
        return this;
    }

    /// <summary>Adds bytes as they are.</summary>
    public WalWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>What was added since the last time, with where it begins.</summary>
    public (long Offset, byte[] Bytes) Take()
    {
        var taken = (_taken, _bytes[_taken..].ToArray());
        _taken = _bytes.Count;
        return taken;
    }
}
