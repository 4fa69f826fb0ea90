using Litestream.Engine.Replicas;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Completion;

/// <summary>Base of the completers that look into a replica, if it is a folder of this machine.</summary>
internal abstract class FolderCompleter : Completer
{
    private const string Replica = "Replica";

    /// <inheritdoc/>
    protected override Func<CancellationToken, Task<IReadOnlyList<CompletionCandidate>>>? Prepare(TypedParameters typed)
    {
        if (typed.Find<LitestreamReplica[]>(Replica) is not [var replica] || FolderOf(replica.Url) is not { } folder) return null;
        return async token =>
        {
            var client = ReplicaClients.Open(folder, folder, LitestreamCommand.Environment);
            await using (client.ConfigureAwait(false)) return await FindAsync(client, typed, token).ConfigureAwait(false);
        };
    }

    private protected abstract Task<IReadOnlyList<CompletionCandidate>> FindAsync(
        IReplicaClient client, TypedParameters typed, CancellationToken cancellationToken);

    private static string? FolderOf(string url)
    {
        // file:// is left out with the others: on Windows it may name a server
        if (url.Contains("://", StringComparison.Ordinal)) return null;
        var path = TypedParameters.ResolvePath(url);
        return path.StartsWith(@"\\", StringComparison.Ordinal) ? null : path;
    }
}
