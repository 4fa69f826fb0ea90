using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Litestream.Engine.Files;

namespace Litestream.Engine.Control;

/// <summary>Windows: one pipe a running replication, and an empty file beside it in a folder of the user, by which it is found. .NET
/// lets only the same user connect, at the same elevation, and a client refuses pipes that are of somebody else.</summary>
/// <param name="folder">The folder.</param>
internal sealed class NamedPipeTransport(string folder) : IControlTransport
{
    private readonly string _prefix = "litestream-ps-"
        + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(folder).ToUpperInvariant())), 0, 8) + "-";

    public IReadOnlyList<ControlEndpoint> List() => [.. LocalFileSystem.Instance.List(folder)
        .Select(e => ControlEndpoint.TryParse(e.Name, out var endpoint) ? endpoint : default).Where(e => e != default)];

    public IControlListener Listen(ControlEndpoint endpoint)
    {
        LocalFileSystem.Instance.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var listener = new NamedPipeListener(_prefix + endpoint.Name, PathOf(endpoint));
        try
        {
            // after the pipe: a file without a pipe is what a dead process leaves
            LocalFileSystem.Instance.Open(PathOf(endpoint), FileOpenMode.Create).Dispose();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public async Task<Stream?> TryConnectAsync(ControlEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (LocalFileSystem.Instance.Find(PathOf(endpoint)) is null) return null;
        if (!HasListener(_prefix + endpoint.Name))
        {
            LocalFileSystem.Instance.Delete(PathOf(endpoint));
            return null;
        }

        var pipe = new NamedPipeClientStream(
            ".", _prefix + endpoint.Name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await pipe.ConnectAsync(cancellationToken).ConfigureAwait(false);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A connection attempt would wait for a pipe that will never be there; this asks without taking an instance.</summary>
    private static bool HasListener(string name)
    {
        const int FileNotFound = 2;
        return !OperatingSystem.IsWindows() || WindowsNative.WaitNamedPipe($@"\\.\pipe\{name}", 1)
            || Marshal.GetLastPInvokeError() != FileNotFound;
    }

    private string PathOf(ControlEndpoint endpoint) => Path.Combine(folder, endpoint.Name);
}
