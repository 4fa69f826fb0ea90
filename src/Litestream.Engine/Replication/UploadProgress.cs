using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>How far the objects for one replica have got. An attempt that begins anew is no headway until it gets further than the
/// best one before. Safe to ask from any thread.</summary>
internal sealed class UploadProgress
{
    private SpooledObject? _object;
    private long _furthest;
    private long _headway;
    private long _underWay;
    private long _stored;

    /// <summary>A number that grows with each step forward.</summary>
    public long Headway => Interlocked.Read(ref _headway);

    /// <summary>Bytes that are read of the object that is being stored; 0 if none is.</summary>
    public long BytesUnderWay => Interlocked.Read(ref _underWay);

    /// <summary>Bytes of the objects that are stored.</summary>
    public long BytesStored => Interlocked.Read(ref _stored);

    /// <summary>Notes how far an object has been read.</summary>
    public void Reached(SpooledObject content, long offset)
    {
        Interlocked.Exchange(ref _underWay, offset);
        if (content != _object) (_object, _furthest) = (content, 0);
        if (offset <= _furthest) return;
        _furthest = offset;
        Interlocked.Increment(ref _headway);
    }

    /// <summary>Notes that an object is stored.</summary>
    /// <param name="content">The object.</param>
    public void Stored(SpooledObject content)
    {
        Interlocked.Exchange(ref _underWay, 0);
        Interlocked.Add(ref _stored, content.Size);
        Interlocked.Increment(ref _headway);
    }

    /// <summary>Notes that an object is not stored: what was read of it does not count.</summary>
    public void Failed() => Interlocked.Exchange(ref _underWay, 0);
}
