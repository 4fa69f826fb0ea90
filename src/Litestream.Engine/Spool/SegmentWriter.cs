using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Spool;

/// <summary>Writes the segment that is being captured: frames get the stream's salts and checksums, and beside that are compressed, once, and
/// digested, for a temporary file of the spool. It is created when a block is full, or the segment complete.</summary>
internal sealed class SegmentWriter : IFrameSink, IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _key;
    private readonly UnixFileMode? _unixMode;
    private readonly FrameDigests _digests = new();
    private IFile? _file;
    private SealingStream? _object;
    private Lz4FrameWriter? _encoder;
    private bool _isEnded;
    private bool _isComplete;

    /// <summary>Prepares a segment.</summary>
    /// <param name="files">Where the temporary file is.</param>
    /// <param name="temporaryPath">The temporary file.</param>
    /// <param name="key">The key the segment gets.</param>
    /// <param name="unixMode">Its permissions.</param>
    /// <param name="start">The stream's end so far.</param>
    public SegmentWriter(IFileSystem files, string temporaryPath, string key, UnixFileMode? unixMode, StreamHead start)
    {
        _files = files;
        _key = key;
        _unixMode = unixMode;
        TemporaryPath = temporaryPath;
        Start = start;
        Head = start;
    }

    /// <summary>Where the segment is written until it is complete.</summary>
    public string TemporaryPath { get; }

    /// <summary>Where the segment starts.</summary>
    public StreamHead Start { get; }

    /// <summary>The stream's end with what was appended.</summary>
    public StreamHead Head { get; private set; }

    /// <summary>Compressed bytes written so far; 0 when it has ended.</summary>
    public long StoredSize => _object?.Length ?? 0;

    /// <summary>Whether nothing was appended.</summary>
    public bool IsEmpty => Head.Position == Start.Position;

    /// <inheritdoc/>
    public void Append(Span<byte> frames, WalHeader source)
    {
        if (source.PageSize != Start.PageSize)
            throw new ContinuityLostException($"the page size changed from {Start.PageSize} to {source.PageSize}");
        var checksum = Head.Checksum;
        if (_encoder is null) checksum = Begin();

        for (var rest = frames; rest.Length > 0; rest = rest[source.FrameSize..])
        {
            var frame = rest[..source.FrameSize];
            checksum = WalFrameHeader.ChecksumOf(checksum, frame, bigEndian: false);
            (WalFrameHeader.Read(frame) with { Salt1 = Start.Salt1, Salt2 = Start.Salt2, Checksum = checksum }).Write(frame);
            _encoder!.Write(frame); // one by one: so a block has whole frames
        }

        Head = Head with { Position = Head.Position with { Offset = Head.Position.Offset + frames.Length }, Checksum = checksum };
    }

    /// <summary>Writes out what is ready to be, so that it need not be at a moment when writers wait.</summary>
    public void WriteFull() => _encoder?.WriteFull();

    /// <summary>Writes out what waits in memory: nothing more is appended.</summary>
    public void End()
    {
        if (_isEnded) return;
        _encoder!.Complete();
        _object!.Seal();
        (_encoder, _object, _isEnded) = (null, null, true);
    }

    /// <summary>Completes the segment in its temporary file, durably: only then may the file get its name.</summary>
    /// <returns>Compressed bytes.</returns>
    public long Complete()
    {
        End();
        var size = _file!.Length;
        _file.FlushToDisk();
        _file.Dispose();
        _file = null;
        _isComplete = true;
        return size;
    }

    /// <summary>Adds what the frames of the complete segment made of the pages.</summary>
    /// <param name="changes">What those before it made.</param>
    public void AddTo(PageChanges changes) => _digests.AddTo(changes);

    /// <summary>Closes, and deletes what did not get its name.</summary>
    public void Dispose()
    {
        _encoder?.Abandon();
        _encoder = null;
        if (_file is null && !_isComplete) return;
        _file?.Dispose();
        _file = null;
        _isComplete = false;
        try
        {
            _files.Delete(TemporaryPath);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // what led here is told; the next segment of this name takes the file, or the next start deletes it
        }
    }

    private WalChecksum Begin()
    {
        var isFirst = Start.Position.Offset == 0;
        var frameSize = WalFrameHeader.Size + Start.PageSize;
        _encoder = new(Create, (block, content) => _digests.Compute(block, content.Span[(isFirst && block == 0 ? WalHeader.Size : 0)..], frameSize));
        if (!isFirst) return Start.Checksum;

        Span<byte> header = stackalloc byte[WalHeader.Size];
        var checksum = Start.Header.Write(header);
        _encoder.Write(header);
        Head = Head with { Position = Head.Position with { Offset = WalHeader.Size } };
        return checksum;
    }

    private SealingStream Create() => _object = new(_file = _files.Open(TemporaryPath, FileOpenMode.Create, _unixMode), _key);
}
