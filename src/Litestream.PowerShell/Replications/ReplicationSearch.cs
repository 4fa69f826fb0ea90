using System.Management.Automation;
using Litestream.Engine.Control;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Errors;

namespace Litestream.PowerShell.Replications;

/// <summary>Finds running replications, of this process and others, by their database, which need not exist any more.</summary>
internal static class ReplicationSearch
{
    private static readonly WildcardOptions s_caseOption =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? WildcardOptions.IgnoreCase : WildcardOptions.None;

    /// <summary>The replications of a database, or of all that match. That a process does not answer is an error beside them.</summary>
    /// <param name="command">Who asks.</param>
    /// <param name="path">A path, or a wildcard; null for all.</param>
    /// <param name="literal">Whether the path is no wildcard.</param>
    /// <exception cref="LitestreamException">There is none of the one database.</exception>
    public static IReadOnlyList<RunningReplication> FindReplications(this LitestreamCommand command, string? path, bool literal)
    {
        var (found, failures) = command.SearchReplications(path, literal);
        foreach (var failure in failures) command.WriteError(failure.ToRecord());
        if (found.Count == 0 && failures.Count == 0 && IsOne(path, literal))
        {
            var full = command.ResolvePath(path!);
            throw new LitestreamException(
                ErrorTable.ReplicationNotFound, $"No replication of '{full}' runs in any process of this account.", full,
                "Get-LitestreamReplication without parameters lists those that do.");
        }

        return found;
    }

    /// <summary>The same, with what went wrong in the hands of the caller.</summary>
    public static (IReadOnlyList<RunningReplication> Found, IReadOnlyList<Exception> Failures) SearchReplications(
        this LitestreamCommand command, string? path, bool literal)
    {
        var full = path is null ? null : command.ResolvePath(path);
        var isOne = IsOne(path, literal);
        // what is no wildcard may still hold characters that were kept from being one
        if (full is not null && isOne && !literal) full = WildcardPattern.Unescape(full);
        if (full is not null && isOne) full = LitestreamCommand.Environment.Files.ResolveLink(full);
        var pattern = full is null ? null : new WildcardPattern(isOne ? WildcardPattern.Escape(full) : full, s_caseOption);
        var (others, failures) = command.Await(token => new ControlDirectory(LitestreamCommand.Environment).FindAsync(isOne ? full : null, token));
        var found = ReplicationRegistry.Sessions.Select(s => new RunningReplication(s, System.Environment.ProcessId))
            .Concat(others.Select(o => new RunningReplication(o, o.ProcessId)))
            .Where(r => pattern?.IsMatch(r.DatabasePath) ?? true);
        // a process that does not answer is one failure, however many databases it replicates
        return ([.. found], [.. failures.DistinctBy(f => f.Message)]);
    }

    /// <summary>The replication of a database to a replica; null if none is known here. What hinders the search is told with -Verbose.</summary>
    /// <param name="command">Who asks.</param>
    /// <param name="path">Full path of the database, without links.</param>
    /// <param name="url">The replica.</param>
    public static IReplicationControl? FindReplication(this LitestreamCommand command, string path, string url)
    {
        var (found, failures) = command.SearchReplications(path, literal: true);
        foreach (var failure in failures) command.WriteVerbose(failure.Message);
        return found.FirstOrDefault(r => r.Session is not { Completion.IsCompleted: true } && r.Control.Status.Replicas.Any(s => s.Url == url))?.Control;
    }

    private static bool IsOne(string? path, bool literal) =>
        path is not null && (literal || !WildcardPattern.ContainsWildcardCharacters(path));
}
