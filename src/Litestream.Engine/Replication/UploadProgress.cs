using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>How far the objects for one replica have got. An attempt that begins anew is no headway until it gets further than the
/// best one before. Safe to ask from any thread.</summary>
internal sealed class UploadProgress
{
    private SpooledObject? _object;
    private long _furthest;
    private long _headway;

    /// <summary>A number that grows with each step forward.</summary>
    public long Headway => Interlocked.Read(ref _headway);

    /// <summary>Notes how far an object has been read.</summary>
    public void Reached(SpooledObject content, long offset)
    {
        if (content != _object) (_object, _furthest) = (content, 0);
        if (offset <= _furthest) return;
        _furthest = offset;
        Interlocked.Increment(ref _headway);
    }

    /// <summary>Notes that an object is stored.</summary>
    public void Stored() => Interlocked.Increment(ref _headway);
}
