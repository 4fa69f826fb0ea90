using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Tests.Capture;

/// <summary>Applies captured frames to a copy of the database: what a restore would come to.</summary>
internal sealed class FrameImage(byte[] start) : IFrameSink
{
    private readonly MemoryStream _image = Copy(start);

    /// <summary>Frames taken.</summary>
    public uint Frames { get; private set; }

    /// <summary>Commits taken.</summary>
    public int Commits { get; private set; }

    /// <summary>Is called before frames are taken: a place for an application to step in.</summary>
    public Action Taking { get; set; } = () => { };

    /// <summary>Bytes that it takes at once.</summary>
    public long Room { get; set; } = long.MaxValue;

    public byte[] Bytes => _image.ToArray();

    public void Append(Span<byte> frames, WalHeader source)
    {
        Taking();
        for (; frames.Length > 0; frames = frames[source.FrameSize..])
        {
            var header = WalFrameHeader.Read(frames);
            _image.Position = (long)(header.PageNumber - 1) * source.PageSize;
            _image.Write(frames[WalFrameHeader.Size..source.FrameSize]);
            Frames++;
            if (!header.IsCommit) continue;
            Commits++;
            _image.SetLength((long)header.CommitSize * source.PageSize);
        }
    }

    private static MemoryStream Copy(byte[] bytes)
    {
        var copy = new MemoryStream();
        copy.Write(bytes);
        return copy;
    }
}
