using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Takes captured frames in order.</summary>
internal interface IFrameSink
{
    /// <summary>Takes a run of whole frames.</summary>
    /// <param name="frames">Frame headers and pages as in the source's WAL; may be changed in place.</param>
    /// <param name="source">The source's WAL header.</param>
    void Append(Span<byte> frames, WalHeader source);

    /// <summary>Bytes that it takes now, of frames; what is more waits for another capture.</summary>
    long Room => long.MaxValue;
}
