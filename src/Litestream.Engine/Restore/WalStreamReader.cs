using System.Buffers;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Restore;

/// <summary>
/// Reads the WAL of consecutive indexes, segment by segment, and verifies all that can be verified: that segments join
/// without gap or overlap, headers, salts, the running checksum, that each index but the last ends with a commit, and in a
/// stream of ours that each index follows on the end of the one before.
/// Segments may be cut anywhere; where the last one ends inside a frame or transaction is left to the caller.
/// </summary>
internal sealed class WalStreamReader : IDisposable
{
    /// <summary>First salts count up from index to index; one that is smaller by less than this has gone by already. After a
    /// checkpoint of mode TRUNCATE they begin at random, and meet this by chance once in a million times.</summary>
    private const int MaxStepBack = 4096;

    private readonly int _pageSize;
    private readonly int _frameSize;
    private readonly byte[] _buffer;
    private readonly List<RestoreWarning> _warnings = [];
    private WalSegmentInfo? _segment;
    private WalHeader? _header;
    private WalChecksum _checksum;
    private readonly HashSet<(uint, uint)> _salts = [];
    private (WalHeader Header, WalChecksum Checksum, Position End)? _last;
    private int _filled;

    /// <summary>Makes a reader.</summary>
    /// <param name="pageSize">Bytes a page; every index must have them.</param>
    public WalStreamReader(int pageSize)
    {
        _pageSize = pageSize;
        _frameSize = WalFrameHeader.Size + pageSize;
        _buffer = ArrayPool<byte>.Shared.Rent(_frameSize);
    }

    /// <summary>Behind the last whole header or frame that was verified.</summary>
    public Position Position { get; private set; }

    /// <summary>Behind the last commit of the present index, or its header if there is none.</summary>
    public Position LastCommit { get; private set; }

    /// <summary>Behind the last byte read, be it in the middle of a frame.</summary>
    public Position End => Position with { Offset = Position.Offset + _filled };

    /// <summary>Where the next frame would end.</summary>
    public long NextFrameEnd => (_header is null ? WalHeader.Size : Position.Offset) + _frameSize;

    /// <summary>The header of the frame just read.</summary>
    public WalFrameHeader Frame { get; private set; }

    /// <summary>The page of the frame just read; valid until the next one is read.</summary>
    public ReadOnlySpan<byte> Page => _buffer.AsSpan(WalFrameHeader.Size, _pageSize);

    /// <summary>Whether the present index is of a stream of ours.</summary>
    public bool IsLinked => _header?.CheckpointSequence == IndexLink.Mark;

    /// <summary>Whether the present index does not follow on the one before by its salts.</summary>
    public bool HasJumped { get; private set; }

    /// <summary>What is remarkable though no error.</summary>
    public IReadOnlyList<RestoreWarning> Warnings => _warnings;

    /// <summary>Goes on to the next segment.</summary>
    /// <param name="segment">The segment; must continue where the last one has ended.</param>
    public void BeginSegment(WalSegmentInfo segment)
    {
        var start = segment.Start;
        if (_segment is null || start.Index != Position.Index)
        {
            if (_segment is not null) EndIndex(start.Index);
            if (_header is { } ended) _last = (ended, _checksum, Position);
            if (start.Offset != 0) throw Missing(segment.Generation, start with { Offset = 0 });
            Position = LastCommit = start;
            _header = null;
            _filled = 0;
            HasJumped = false;
        }
        else if (start.Offset > End.Offset)
        {
            throw Missing(segment.Generation, End);
        }
        else if (start.Offset < End.Offset)
        {
            throw Corrupt(ErrorCode.ObjectCorrupt, segment.Key, $"begins before offset {End.Offset}, where the segment before it ends");
        }

        _segment = segment;
    }

    /// <summary>Reads and verifies the next frame of the segment; false at its end.</summary>
    /// <param name="content">The segment, uncompressed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<bool> ReadFrameAsync(Stream content, CancellationToken cancellationToken)
    {
        if (_header is null)
        {
            if (!await FillAsync(content, WalHeader.Size, cancellationToken).ConfigureAwait(false)) return false;
            ReadHeader();
        }

        if (!await FillAsync(content, _frameSize, cancellationToken).ConfigureAwait(false)) return false;
        ReadFrame();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask<bool> FillAsync(Stream content, int size, CancellationToken cancellationToken)
    {
        while (_filled < size)
        {
            var read = await content.ReadAsync(_buffer.AsMemory(_filled, size - _filled), cancellationToken).ConfigureAwait(false);
            if (read == 0) return false;
            _filled += read;
        }

        return true;
    }

    private void ReadHeader()
    {
        if (!WalHeader.TryParse(_buffer.AsSpan(0, WalHeader.Size), out var header, out _checksum))
            throw Corrupt(ErrorCode.ChecksumMismatch, _segment!.Key, "begins with a WAL header whose checksum or format does not hold");
        if (header.PageSize != _pageSize)
            throw Corrupt(ErrorCode.ObjectCorrupt, _segment!.Key, $"has pages of {header.PageSize} bytes, the snapshot of {_pageSize}");

        if (_last is { } last) CheckFollows(header, last.Header, last.Checksum, last.End);
        // a WAL that is used again under another name: SQLite never makes a pair of salts twice
        if (!_salts.Add((header.Salt1, header.Salt2))) throw AnotherIndex();
        _header = header;
        Advance(WalHeader.Size);
        LastCommit = Position;
    }

    private void CheckFollows(WalHeader header, WalHeader last, WalChecksum checksum, Position end)
    {
        // SQLite adds 1 to the first salt when it restarts a WAL; anything else means that a whole life of the WAL may have been missed
        var step = unchecked((int)(header.Salt1 - last.Salt1));
        if (step is <= 0 and > -MaxStepBack) throw AnotherIndex();
        if (step != 1 && header.CheckpointSequence == IndexLink.Mark && last.CheckpointSequence == IndexLink.Mark)
            throw Corrupt(ErrorCode.ObjectCorrupt, _segment!.Key, "holds the WAL of another index or generation, by its salts");
        if (header.CheckpointSequence == IndexLink.Mark && header.Salt2 != IndexLink.Salt2After(checksum, end.Offset))
            throw Corrupt(ErrorCode.ObjectMissing, ObjectKey.Segment(_segment!.Generation, end),
                $"is missing, or one beside it was replaced: index {Position.Index} does not follow on the end of index {end.Index}");
        HasJumped = step != 1;
        if (HasJumped)
            _warnings.Add(new(RestoreWarningKind.SaltJump, _segment!.Key,
                $"The WAL of index {Position.Index} does not follow on that of index {end.Index}: its salt is not the next one. "
                + "Changes between the two may never have been captured."));
    }

    private LitestreamException AnotherIndex() => Corrupt(
        ErrorCode.ObjectCorrupt, _segment!.Key, "holds the WAL of an earlier index, by its salts");

    private void ReadFrame()
    {
        var header = _header!.Value;
        var frame = WalFrameHeader.Read(_buffer);
        if (frame.Salt1 != header.Salt1 || frame.Salt2 != header.Salt2)
            throw Corrupt(ErrorCode.ChecksumMismatch, _segment!.Key, $"holds a frame of another WAL at offset {Position.Offset}: its salts differ");
        _checksum = WalFrameHeader.ChecksumOf(_checksum, _buffer.AsSpan(0, _frameSize), header.BigEndianChecksums);
        if (frame.Checksum != _checksum)
            throw Corrupt(ErrorCode.ChecksumMismatch, _segment!.Key, $"holds a frame with a wrong checksum at offset {Position.Offset}");
        if (frame.PageNumber == 0 || frame.PageNumber == PageSize.LockPage(_pageSize))
            throw Corrupt(ErrorCode.ObjectCorrupt, _segment!.Key, $"holds a frame for page {frame.PageNumber}, which is never written");
        Frame = frame;
        Advance(_frameSize);
        if (frame.IsCommit) LastCommit = Position;
    }

    private void Advance(int size)
    {
        Position = Position with { Offset = Position.Offset + size };
        _filled = 0;
    }

    private void EndIndex(int next)
    {
        if (_filled != 0 || LastCommit != Position) throw Missing(_segment!.Generation, End);
        if (next != Position.Index + 1) throw Missing(_segment!.Generation, new(Position.Index + 1, 0));
    }

    private static LitestreamException Missing(GenerationId generation, Position start)
    {
        var key = ObjectKey.Segment(generation, start);
        return new(ErrorCode.ObjectMissing, $"The object '{key}' is missing, or the one before it is shorter than it was.", key,
            "Put the object back, or restore to an earlier point.");
    }

    private static LitestreamException Corrupt(ErrorCode code, string key, string what) =>
        new(code, $"The object '{key}' {what}.", key, "Put back an intact copy of the object, or restore to an earlier point.");
}
