using Litestream.Engine.Replicas;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Models;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Completion;

/// <summary>Base of the completers that look into replicas: that of -Replica, or those that the configuration names, as far as they are folders of this
/// machine.</summary>
internal abstract class ReplicaCompleter : Completer
{
    private const string Replica = "Replica";

    /// <inheritdoc/>
    protected override Func<CancellationToken, Task<IReadOnlyList<CompletionCandidate>>>? Prepare(TypedParameters typed)
    {
        if (typed.Find<LitestreamReplica[]>(Replica) is [var replica])
            return FolderOf(replica.Url) is { } folder ? token => FindAsync([new("", folder)], typed, token) : null;
        return !typed.Has(Replica) && TypedConfiguration.Find(typed) is { } configuration
            ? token => FindAsync(configuration.FindReplicas(token), typed, token)
            : null;
    }

    private protected abstract Task<IReadOnlyList<CompletionCandidate>> FindAsync(
        IReadOnlyList<KnownReplica> replicas, TypedParameters typed, CancellationToken cancellationToken);

    /// <summary>Looks into a folder; null where that is not possible.</summary>
    private protected static async Task<T?> TryReadAsync<T>(string folder, Func<IReplicaClient, Task<T?>> read)
        where T : class
    {
        try
        {
            var client = ReplicaClients.Open(folder, folder, LitestreamCommand.Environment);
            await using (client.ConfigureAwait(false)) return await read(client).ConfigureAwait(false);
        }
        catch (EngineException)
        {
            // others may be there
            return null;
        }
    }

    private static string? FolderOf(string url)
    {
        // file:// is left out with the others: on Windows it may name a server
        if (url.Contains("://", StringComparison.Ordinal)) return null;
        var path = TypedParameters.ResolvePath(url);
        return TypedParameters.IsRemote(path) ? null : path;
    }
}
