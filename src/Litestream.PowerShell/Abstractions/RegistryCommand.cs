using System.ComponentModel;
using System.Management.Automation;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets that pick running replications by their database, which need not exist any more.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class RegistryCommand : LitestreamCommand
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";

    private static readonly WildcardOptions s_caseOption =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? WildcardOptions.IgnoreCase : WildcardOptions.None;

    /// <summary>Full paths of the databases that the parameters name; a wildcard stays one.</summary>
    private protected IEnumerable<ReplicationSession> Find(string path, bool literal)
    {
        var full = ResolvePath(path);
        var pattern = new WildcardPattern(literal ? WildcardPattern.Escape(full) : full, s_caseOption);
        var found = ReplicationRegistry.Sessions.Where(s => pattern.IsMatch(s.DatabasePath)).ToList();
        if (found.Count == 0 && (literal || !WildcardPattern.ContainsWildcardCharacters(path)))
            throw new LitestreamException(
                ErrorTable.ReplicationNotFound, $"No replication of '{full}' runs in this process.", full,
                "Get-LitestreamReplication without parameters lists those that do.");
        return found;
    }
}
