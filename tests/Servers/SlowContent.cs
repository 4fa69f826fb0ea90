using System.Net;

namespace Litestream.Servers;

/// <summary>A body that is passed on a little at a time.</summary>
internal sealed class SlowContent(Stream inner, long length, int chunk, TimeSpan pause) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var buffer = new byte[chunk];
        while (await inner.ReadAsync(buffer) is > 0 and var read)
        {
            await Task.Delay(pause);
            await stream.WriteAsync(buffer.AsMemory(0, read));
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }
}
