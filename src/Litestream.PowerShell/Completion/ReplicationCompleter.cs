using System.Management.Automation;
using Litestream.Engine.Control;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Completion;

/// <summary>Databases that are being replicated, in whatever process of the account; by their path, or by the name of their file.</summary>
internal sealed class ReplicationCompleter : Completer
{
    private const string Literal = "LiteralPath";

    /// <inheritdoc/>
    protected override Func<CancellationToken, Task<IReadOnlyList<CompletionCandidate>>> Prepare(TypedParameters typed) => async token =>
    {
        var (others, _) = await new ControlDirectory(LitestreamCommand.Environment).FindAsync(databasePath: null, token).ConfigureAwait(false);
        var running = ReplicationRegistry.Sessions.Select(s => new RunningReplication(s, Environment.ProcessId))
            .Concat(others.Select(o => new RunningReplication(o, o.ProcessId)));
        return [.. running.OrderBy(r => r.DatabasePath, StringComparer.Ordinal).Select(r => ToCandidate(r, typed))];
    };

    private static CompletionCandidate ToCandidate(RunningReplication replication, TypedParameters typed)
    {
        var (path, status) = (replication.DatabasePath, replication.Control.Status);
        return new(typed.ParameterName == Literal ? path : WildcardPattern.Escape(path),
            $"{status.State}, process {replication.ProcessId}, to {string.Join(", ", status.Replicas.Select(r => r.Url))}")
        {
            OtherBegin = _Format.LastPart(path),
        };
    }
}
