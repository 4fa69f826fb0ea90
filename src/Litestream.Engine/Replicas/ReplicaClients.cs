using Litestream.Engine.Errors;

namespace Litestream.Engine.Replicas;

/// <summary>Opens the client that fits a replica's URL or path.</summary>
public static class ReplicaClients
{
    /// <summary>Opens a client; the store is not asked yet, and need not exist.</summary>
    /// <param name="urlOrPath">A folder's path, or its <c>file://</c> URL. As in Litestream, nothing in a URL is decoded:
    /// <c>%20</c> is part of the name (replica format 6.3).</param>
    /// <param name="currentDirectory">The absolute folder that a relative path counts from.</param>
    /// <param name="environment">Where files come from.</param>
    /// <returns>The client. The caller disposes it.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaUrlInvalid"/>.</exception>
    public static IReplicaClient Open(string urlOrPath, string currentDirectory, EngineEnvironment environment) =>
        throw new InvalidOperationException();
}
