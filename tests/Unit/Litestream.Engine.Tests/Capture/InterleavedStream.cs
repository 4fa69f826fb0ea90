namespace Litestream.Engine.Tests.Capture;

/// <summary>A target that lets others act before each write, as if it were slow.</summary>
internal sealed class InterleavedStream(Action<int> writing) : MemoryStream
{
    private int _writes;

    public int Writes => _writes;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        writing(_writes++);
        base.Write(buffer);
    }
}
