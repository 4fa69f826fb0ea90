namespace Litestream.Engine.Control;

/// <summary>How processes of one user on one machine reach each other: the seam that a simulation replaces. Nobody but that user
/// gets through, in either direction. Members throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
public interface IControlTransport
{
    /// <summary>The endpoints of this user, those of processes that died among them; other names are left out.</summary>
    IReadOnlyList<ControlEndpoint> List();

    /// <summary>Begins to listen. What a dead process has left under that name is replaced.</summary>
    /// <param name="endpoint">An endpoint of this process.</param>
    /// <returns>Stops listening and takes the name away when disposed.</returns>
    IControlListener Listen(ControlEndpoint endpoint);

    /// <summary>Connects, and waits as long as the listener is busy.</summary>
    /// <param name="endpoint">Whom to reach.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if nobody listens there: the process has ended, and its name is tidied away.</returns>
    Task<Stream?> TryConnectAsync(ControlEndpoint endpoint, CancellationToken cancellationToken);
}
