using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Spool;

/// <summary>Writes what is captured as segments of the stream. One segment as a rule; where it outgrows its index, the next index begins
/// at the next commit, so that one capture, however much it finds, makes no index larger than it may be.</summary>
/// <param name="create">Makes the writer of a segment.</param>
/// <param name="start">The stream's end so far.</param>
/// <param name="maxIndexSize">Uncompressed bytes after which a new index begins.</param>
/// <param name="room">Uncompressed bytes that may be appended now; null for any number.</param>
internal sealed class WalStreamWriter(Func<StreamHead, SegmentWriter> create, StreamHead start, long maxIndexSize, Func<long>? room = null) : IFrameSink, IDisposable
{
    private readonly List<SegmentWriter> _segments = [create(start)];

    /// <summary>The stream's end with what was appended.</summary>
    public StreamHead Head => Open.Head;

    /// <summary>Whether nothing was appended.</summary>
    public bool IsEmpty => _segments.Count == 1 && Open.IsEmpty;

    /// <summary>Uncompressed bytes that were appended.</summary>
    public long Size => _segments.Sum(s => s.Head.Position.Offset - s.Start.Position.Offset);

    /// <summary>Compressed bytes of the segment that is being written, as far as they are written.</summary>
    public long StoredSize => Open.StoredSize;

    /// <summary>The segments in order; the last one may be empty.</summary>
    public IReadOnlyList<SegmentWriter> Segments => _segments;

    /// <summary>What happened to the pages, when the segments are complete.</summary>
    public PageChanges Changes
    {
        get
        {
            var changes = new PageChanges();
            foreach (var segment in _segments) segment.AddTo(changes);
            return changes;
        }
    }

    /// <inheritdoc/>
    public long Room => room?.Invoke() ?? long.MaxValue;

    private SegmentWriter Open => _segments[^1];

    /// <inheritdoc/>
    public void Append(Span<byte> frames, WalHeader source)
    {
        if (Head.Position.Offset >= maxIndexSize)
        {
            var rest = BehindCommit(frames, source.FrameSize);
            Open.Append(frames[..^rest.Length], source);
            if (!WalFrameHeader.Read(frames[^(rest.Length + source.FrameSize)..]).IsCommit) return;
            Open.End(); // else a large capture would keep something of each in memory
            _segments.Add(create(Head.NextIndex()));
            frames = rest;
        }

        if (frames.Length > 0) Open.Append(frames, source);
    }

    /// <inheritdoc cref="SegmentWriter.WriteFull"/>
    public void WriteFull() => Open.WriteFull();

    /// <summary>Closes, and deletes what was not committed.</summary>
    public void Dispose()
    {
        foreach (var segment in _segments) segment.Dispose();
    }

    private static Span<byte> BehindCommit(Span<byte> frames, int frameSize)
    {
        for (var rest = frames; rest.Length > 0; rest = rest[frameSize..])
            if (WalFrameHeader.Read(rest).IsCommit) return rest[frameSize..];
        return [];
    }
}
