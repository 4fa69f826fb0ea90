namespace Litestream.Engine.Control;

/// <summary>Takes connections to one endpoint.</summary>
public interface IControlListener : IDisposable
{
    /// <summary>Waits for the next connection of this user; those of others are closed unseen.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">This attempt failed, for example for want of handles; the next may succeed.</exception>
    Task<Stream> AcceptAsync(CancellationToken cancellationToken);
}
