using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Removing;

/// <summary>Finds out to which generations of a replica somebody adds. Replications of this account, in whatever process, tell it when they are asked; of all others
/// the lease tells that they write, which is to the newest.</summary>
internal static class GenerationUsers
{
    private const string StopHint = "Stop the replication with Stop-LitestreamReplication first.";

    /// <summary>Tells the users of a replica's generations.</summary>
    /// <param name="command">Who asks.</param>
    /// <param name="url">The replica.</param>
    /// <param name="claim">Whose it is, as it was after the generations were listed.</param>
    /// <param name="generations">All that it holds.</param>
    /// <param name="isLost">Whether its holder has ended for good, as somebody says. That is believed unless a replication of this account may be on it.</param>
    internal static IReadOnlyDictionary<GenerationId, GenerationUser> FindUsers(
        this LitestreamCommand command, string url, ReplicaClaim? claim, IReadOnlyList<GenerationInfo> generations, bool isLost)
    {
        var (found, failures) = command.SearchReplications(path: null, literal: true);
        foreach (var failure in failures) command.WriteVerbose(failure.Message);
        var running = found.Where(r => r.Session is not { Completion.IsCompleted: true } && IsOn(r, url, claim?.Holder)).ToList();
        var users = new Dictionary<GenerationId, GenerationUser>();
        foreach (var replication in running)
        {
            var user = new GenerationUser($"the replication of '{replication.DatabasePath}' by process {replication.ProcessId}", StopHint);
            // one that has just begun may go on with any
            foreach (var id in replication.Control.Status.Generation is { } present ? [present] : generations.Select(g => g.Id)) users.TryAdd(id, user);
        }

        if (claim is not null && (!isLost || running.Count > 0 || failures.Count > 0) && generations.MaxBy(g => g.UpdatedAt) is { } newest)
        {
            users.TryAdd(newest.Id, new(claim.ToString(), running.Count > 0 ? StopHint
                : isLost ? $"It may be one that does not answer: {failures[0].Message} See to that process first."
                : "Stop that replication first. If it has ended for good, give -Force."));
        }

        return users;
    }

    /// <summary>By the lease too: a folder has several paths.</summary>
    private static bool IsOn(RunningReplication replication, string url, LeaseHolder? holder) =>
        replication.Control.Status.Replicas.Any(r => r.Url == url)
        || (holder is not null && holder.ProcessId == replication.ProcessId && holder.Database == replication.DatabasePath
            && holder.Machine == LitestreamCommand.Environment.MachineName);
}
