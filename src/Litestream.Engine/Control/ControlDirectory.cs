using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Control;

/// <summary>Finds the replications that run in other processes of this user.</summary>
/// <param name="environment">Transport and time.</param>
public sealed class ControlDirectory(EngineEnvironment environment)
{
    /// <summary>Asks all of them at once, for some seconds at most.</summary>
    /// <param name="databasePath">Full path, to ask only those that may replicate it; null for all.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>Those that answered, and why others did not: each is one <see cref="ErrorCode.ReplicationUnreachable"/>.</returns>
    public async Task<(IReadOnlyList<RemoteReplication> Found, IReadOnlyList<LitestreamException> Failures)> FindAsync(
        string? databasePath, CancellationToken cancellationToken)
    {
        var key = databasePath is null ? null : ControlEndpoint.KeyOf(databasePath);
        var failures = new List<LitestreamException>();
        var found = new List<RemoteReplication>();
        IReadOnlyList<ControlEndpoint> endpoints = [];
        try
        {
            endpoints = environment.Control.List();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            failures.Add(new(ErrorCode.ReplicationUnreachable, $"Replications of other processes can't be looked for: {e.Message}",
                databasePath ?? LocalControl.FolderVariable,
                $"Set {LocalControl.FolderVariable} to a folder that only this account may enter, the same in all processes.", e));
        }

        var answers = endpoints.Where(e => e.ProcessId != Environment.ProcessId && (key is null || e.DatabaseKey == key))
            .Select(e => RemoteReplication.TryFindAsync(e, environment, cancellationToken)).ToList();
        foreach (var answer in answers)
        {
            try
            {
                if (await answer.ConfigureAwait(false) is { } replication) found.Add(replication);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failures.Add(e as LitestreamException ?? new(
                    ErrorCode.ReplicationUnreachable, $"A replicating process answered with an error: {e.Message}", databasePath ?? "processes",
                    "See the output of that process.", e));
            }
        }

        return (found, failures);
    }

    /// <summary>Says which process has a database, where that can be found out.</summary>
    /// <param name="error">An <see cref="ErrorCode.ReplicationAlreadyRunning"/>.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The same error, with the process if it is known.</returns>
    public async Task<LitestreamException> NameHolderAsync(LitestreamException error, CancellationToken cancellationToken)
    {
        var (found, _) = await FindAsync(error.Target, cancellationToken).ConfigureAwait(false);
        return found is not [var holder, ..]
            ? error
            : new(error.Code, $"'{error.Target}' is being replicated already, by process {holder.ProcessId}.", error.Target,
                "Stop that replication with Stop-LitestreamReplication first, or let Sync-LitestreamDatabase push it.", error);
    }
}
