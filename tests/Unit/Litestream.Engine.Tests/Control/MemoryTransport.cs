using System.Collections.Concurrent;
using System.Threading.Channels;
using Litestream.Engine.Control;

namespace Litestream.Engine.Tests.Control;

/// <summary>Processes that reach each other in memory.</summary>
internal sealed class MemoryTransport : IControlTransport
{
    private readonly ConcurrentDictionary<ControlEndpoint, Channel<Stream>> _listeners = new();

    /// <summary>Accepts that fail before the next succeeds.</summary>
    public int AcceptFailures { get; set; }

    /// <summary>The client's end of the last connection.</summary>
    public DuplexStream? LastClient { get; private set; }

    public IReadOnlyList<ControlEndpoint> List() => [.. _listeners.Keys];

    public IControlListener Listen(ControlEndpoint endpoint)
    {
        var channel = Channel.CreateUnbounded<Stream>();
        if (!_listeners.TryAdd(endpoint, channel)) throw new IOException("in use");
        return new Listener(this, endpoint, channel);
    }

    public Task<Stream?> TryConnectAsync(ControlEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (!_listeners.TryGetValue(endpoint, out var listener)) return Task.FromResult<Stream?>(null);
        var (client, server) = DuplexStream.CreatePair();
        LastClient = client;
        listener.Writer.TryWrite(server);
        return Task.FromResult<Stream?>(client);
    }

    private sealed class Listener(MemoryTransport transport, ControlEndpoint endpoint, Channel<Stream> channel) : IControlListener
    {
        public async Task<Stream> AcceptAsync(CancellationToken cancellationToken)
        {
            if (transport.AcceptFailures-- > 0) throw new IOException("too many open files");
            return await channel.Reader.ReadAsync(cancellationToken);
        }

        public void Dispose()
        {
            transport._listeners.TryRemove(endpoint, out _);
            while (channel.Reader.TryRead(out var waiting)) waiting.Dispose();
        }
    }
}
