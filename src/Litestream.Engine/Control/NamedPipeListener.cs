using System.IO.Pipes;
using Litestream.Engine.Files;

namespace Litestream.Engine.Control;

/// <summary>A named pipe with its file. The next instance exists before the last is handed out, so that there is no moment without a
/// listener.</summary>
internal sealed class NamedPipeListener(string name, string path) : IControlListener
{
    private NamedPipeServerStream? _next = Create(name);

    public async Task<Stream> AcceptAsync(CancellationToken cancellationToken)
    {
        var pipe = _next ??= Create(name);
        try
        {
            await pipe.WaitForConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // a client that came and went at once: this instance is spent
            _next = null;
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _next = null;
        try
        {
            _next = Create(name);
        }
        catch
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return pipe;
    }

    public void Dispose()
    {
        // the name first: whoever still finds it is to be answered
        LocalFileSystem.Instance.Delete(path);
        _next?.Dispose();
    }

    private static NamedPipeServerStream Create(string name) => new(
        name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte,
        PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
}
