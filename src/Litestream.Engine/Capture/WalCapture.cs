using System.Buffers;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>
/// Reads committed frames from the source's WAL. The only limit is what a read transaction sees (<see cref="WalIndexSnapshot"/>):
/// a commit frame in the file is not yet a commit. Every frame is checked: salts, running checksum, and at the end exactly
/// the checksum that the wal-index names. Independently of that, commits are counted: the wal-index counts them across lives,
/// so a commit that slipped past shows up however it slipped.
/// </summary>
internal class WalCapture
{
    private const int BufferSize = 1 << 20;

    private bool _isRewound;
    private Found? _prepared;

    /// <summary>Up to where everything is captured.</summary>
    public CapturePoint Point { get; private set; } = CapturePoint.None;

    /// <summary>Sets the point, after a snapshot or at a restart.</summary>
    public void StartAt(CapturePoint point) => (Point, _isRewound) = (point, false);

    /// <summary>Goes back to an earlier point: what was captured since then is void and has to be captured again, as long as the
    /// WAL still has it.</summary>
    public void RewindTo(CapturePoint point)
    {
        _isRewound |= !Point.IsSamePlace(point);
        Point = point;
    }

    /// <summary>Goes on from a remembered point if every frame up to it is provably still there: the same life of the WAL, and
    /// checksums that lead from its header to the last captured commit. (That this last frame stands in its place proves
    /// nothing: frames before it may have been overwritten.)</summary>
    /// <param name="reader">A connection whose read transaction is open.</param>
    /// <param name="point">The point.</param>
    /// <returns>Why not, or null.</returns>
    public virtual string? TryResume(DatabaseConnection reader, CapturePoint point)
    {
        if (!point.HasLife || reader.GetWalSnapshot() is not { } snapshot || !point.IsSameLife(snapshot))
            return "the WAL was restarted or removed";
        if (snapshot.LastFrame < point.Frame) return "the WAL is shorter than what was captured";
        if (point.Frame > 0)
        {
            if (!TryReadHeader(reader, snapshot, out var header, out var checksum)) return "the WAL was restarted";
            try
            {
                ReadFrames(reader, null, header, 1, point.Frame, ref checksum, begun: null, default);
            }
            catch (ContinuityLostException e)
            {
                return e.Message;
            }

            if (checksum != point.Checksum) return "captured frames of the WAL were overwritten";
        }

        Point = point with { Commits = snapshot.Commits };
        return null;
    }

    /// <summary>Captures all that a reader sees.</summary>
    /// <param name="reader">A connection whose read transaction is open.</param>
    /// <param name="sink">Receives the frames. What it got is void when this throws.</param>
    /// <param name="cancellationToken">Ends a capture that finds much.</param>
    /// <returns>The number of frames captured; null when the WAL is just being restarted: try again.</returns>
    /// <exception cref="ContinuityLostException">Something was missed, or can't be proven not to be.</exception>
    public virtual uint? Capture(DatabaseConnection reader, IFrameSink sink, CancellationToken cancellationToken = default)
    {
        if (_prepared is null) Prepare(reader);
        try
        {
            return Take(_prepared!, reader, sink, cancellationToken);
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>Begins a capture: sees what is new, and reads the first of it. At one go, as that takes less than a change of threads; what begins the reader's transaction may have part
    /// in that.</summary>
    /// <param name="reader">A connection whose read transaction is open, and stays it until the capture.</param>
    /// <exception cref="ContinuityLostException">Something was missed, or can't be proven not to be.</exception>
    public void Prepare(DatabaseConnection reader)
    {
        _prepared = reader.Within(() => Find(reader));
    }

    /// <summary>Bytes of the frames that were prepared.</summary>
    public long Prepared => _prepared?.News is { } news ? (news.Limit.LastFrame - news.First + 1L) * news.Header.FrameSize : 0;

    /// <summary>Forgets what was prepared, with its transaction.</summary>
    public void Forget()
    {
        if (_prepared?.Run is { } run) ArrayPool<byte>.Shared.Return(run);
        _prepared = null;
    }

    private uint? Take(Found found, DatabaseConnection reader, IFrameSink sink, CancellationToken cancellationToken)
    {
        if (found.News is not { } news) return found.IsReadable ? 0 : null;
        var (snapshot, header, first, checksum) = news;
        var commits = ReadFrames(reader, sink, header, first, snapshot.LastFrame, ref checksum, found.Run, cancellationToken);
        if (checksum != snapshot.Checksum)
            throw new ContinuityLostException($"the checksums of the WAL do not lead to the commit at frame {snapshot.LastFrame}");
        CheckCommits(snapshot, commits);
        (Point, _isRewound) = (CapturePoint.At(snapshot), false);
        return snapshot.LastFrame - first + 1;
    }

    private Found Find(DatabaseConnection reader)
    {
        var (isReadable, found) = FindNew(reader);
        if (found is not { } news) return new(isReadable, null, null);
        var count = CountOf(news.Header.FrameSize, news.First, news.Limit.LastFrame);
        var run = ArrayPool<byte>.Shared.Rent((int)count * news.Header.FrameSize);
        try
        {
            ReadRun(reader, run, news.Header, news.First, count, news.Limit.LastFrame);
            return new(isReadable, news, run);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(run);
            throw;
        }
    }

    /// <summary>Sees what a reader sees beyond the point.</summary>
    /// <returns>False when the WAL is just being restarted; and what is new, null if nothing is.</returns>
    private (bool IsReadable, NewFrames? Found) FindNew(DatabaseConnection reader)
    {
        if (LimitOf(reader) is not { } snapshot)
        {
            if (Point.HasLife) throw new ContinuityLostException("the WAL and its index were made anew");
            return (true, null);
        }

        var sameLife = Point.IsSameLife(snapshot);
        // the reader that protected them may have been let go, and with repeated commit frames the count below misses it
        if (_isRewound && !sameLife)
            throw new ContinuityLostException("the WAL was restarted before what was captured of it was durable");
        if (sameLife && snapshot.LastFrame < Point.Frame)
            throw new ContinuityLostException($"the WAL ends at frame {snapshot.LastFrame}, {Point.Frame} frames of it were captured");

        var first = sameLife ? Point.Frame + 1 : 1;
        if (snapshot.LastFrame < first)
        {
            // Same place, or a restart without a commit yet: then the salts of the coming life are not fixed.
            if (sameLife && Point.Frame > 0 && snapshot.Checksum != Point.Checksum)
                throw new ContinuityLostException($"frame {Point.Frame} of the WAL is not the one that was captured");
            CheckCommits(snapshot, 0);
            // else a checkpoint would write the pages of a WAL that was copied over this one to where those of this one belong
            if (sameLife && Point.Frame > 0 && !IsThere(reader, snapshot)) return (false, null);
            // an index that was rebuilt counts anew from here, where nothing is missing
            if (sameLife) Point = Point with { Commits = snapshot.Commits };
            return (true, null);
        }

        if (!TryReadHeader(reader, snapshot, out var header, out var checksum)) return (false, null);
        return (true, new(snapshot, header, first, sameLife && Point.Frame > 0 ? Point.Checksum : checksum));
    }

    /// <summary>Reads the header of the life that a reader sees; false while the WAL is just being restarted.</summary>
    private static bool TryReadHeader(
        DatabaseConnection reader, WalIndexSnapshot snapshot, out WalHeader header, out WalChecksum checksum)
    {
        header = default;
        checksum = default;
        Span<byte> bytes = stackalloc byte[WalHeader.Size];
        return reader.TryReadWal(bytes, 0) && WalHeader.TryParse(bytes, out header, out checksum)
            && header.Salt1 == snapshot.Salt1 && header.Salt2 == snapshot.Salt2;
    }

    /// <summary>Whether the file is still the WAL of which the wal-index tells; false, too, while that is just being restarted.</summary>
    private static bool IsThere(DatabaseConnection reader, WalIndexSnapshot snapshot)
    {
        Span<byte> frame = stackalloc byte[WalFrameHeader.Size];
        return TryReadHeader(reader, snapshot, out var header, out _)
            && reader.TryReadWal(frame, header.FrameOffset(snapshot.LastFrame)) && WalFrameHeader.Read(frame).Checksum == snapshot.Checksum;
    }

    private static uint ReadFrames(
        DatabaseConnection reader, IFrameSink? sink, WalHeader header, uint first, uint last, ref WalChecksum checksum, byte[]? begun, CancellationToken cancellationToken)
    {
        var buffer = begun ?? ArrayPool<byte>.Shared.Rent((int)CountOf(header.FrameSize, first, last) * header.FrameSize);
        try
        {
            var commits = 0u;
            for (var frame = first; frame <= last;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = CountOf(header.FrameSize, frame, last);
                var run = buffer.AsSpan(0, (int)count * header.FrameSize);
                if (begun is null || frame > first) ReadRun(reader, buffer, header, frame, count, last);
                commits += Verify(run, header, frame, ref checksum);
                sink?.Append(run, header);
                frame += count;
            }

            return commits;
        }
        finally
        {
            if (begun is null) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>How many frames are read at once.</summary>
    private static uint CountOf(int frameSize, uint frame, uint last) => Math.Min((uint)Math.Max(1, BufferSize / frameSize), last - frame + 1);

    private static void ReadRun(DatabaseConnection reader, byte[] buffer, WalHeader header, uint frame, uint count, uint last)
    {
        if (!reader.TryReadWal(buffer.AsSpan(0, (int)count * header.FrameSize), header.FrameOffset(frame)))
            throw new ContinuityLostException($"the WAL file ends before frame {last}, which is committed");
    }

    /// <summary>Checks salts and running checksum of a run of frames and counts its commits.</summary>
    private static uint Verify(ReadOnlySpan<byte> run, WalHeader header, uint number, ref WalChecksum checksum)
    {
        var commits = 0u;
        for (var rest = run; rest.Length > 0; rest = rest[header.FrameSize..], number++)
        {
            var bytes = rest[..header.FrameSize];
            var frame = WalFrameHeader.Read(bytes);
            if (frame.Salt1 != header.Salt1 || frame.Salt2 != header.Salt2)
                throw new ContinuityLostException($"frame {number} of the WAL belongs to another life of it");
            checksum = WalFrameHeader.ChecksumOf(checksum, bytes, header.BigEndianChecksums);
            if (frame.Checksum != checksum)
                throw new ContinuityLostException($"the checksum of frame {number} of the WAL does not hold");
            if (frame.IsCommit) commits++;
        }

        return commits;
    }

    /// <summary>Up to where frames are committed; null if no WAL has been written.</summary>
    protected virtual WalIndexSnapshot? LimitOf(DatabaseConnection reader) => reader.GetWalSnapshot();

    /// <summary>Compares the commits that were captured with those that the wal-index has counted.</summary>
    protected virtual void CheckCommits(WalIndexSnapshot snapshot, uint captured)
    {
        if (snapshot.Commits < Point.Commits)
        {
            // The wal-index was rebuilt, and its count says nothing: only the chain of checksums of the same life still does.
            if (!Point.IsSameLife(snapshot)) throw new ContinuityLostException("the WAL was restarted and its index made anew");
            return;
        }

        // Where no WAL had been written, nothing had been counted either. A commit may be closed by several commit frames (SQLite repeats the last one up to a sector where a device asks for
        // it), never by none.
        var expected = snapshot.Commits - Point.Commits;
        if (expected > captured)
            throw new ContinuityLostException($"{expected} commits were made and {captured} were found");
    }

    /// <summary>What a capture begins with.</summary>
    /// <param name="IsReadable">False when the WAL is just being restarted.</param>
    /// <param name="News">What is new; null if nothing is.</param>
    /// <param name="Run">The first of its frames; null if there is none.</param>
    private sealed record Found(bool IsReadable, NewFrames? News, byte[]? Run);

    /// <summary>Frames that are to be captured.</summary>
    /// <param name="Limit">The last of them is the reader's last.</param>
    /// <param name="Header">Of their life.</param>
    /// <param name="First">The first of them.</param>
    /// <param name="Checksum">Before it.</param>
    private readonly record struct NewFrames(WalIndexSnapshot Limit, WalHeader Header, uint First, WalChecksum Checksum);
}
