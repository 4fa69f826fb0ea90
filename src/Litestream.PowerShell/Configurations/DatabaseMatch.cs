using System.Management.Automation;
using Litestream.Engine.Configuration;

namespace Litestream.PowerShell.Configurations;

/// <summary>Which databases of a configuration a name means.</summary>
internal static class DatabaseMatch
{
    private static readonly WildcardOptions s_caseOption =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? WildcardOptions.IgnoreCase : WildcardOptions.None;

    /// <summary>Finds them; empty if it means none.</summary>
    /// <param name="configuration">What the file says.</param>
    /// <param name="all">The databases that it has now.</param>
    /// <param name="name">A path, a file name or a wildcard.</param>
    /// <param name="fullPath">The full path that the name is, if it is one.</param>
    public static IReadOnlyList<DatabaseConfiguration> Find(
        LitestreamConfiguration configuration, IReadOnlyList<DatabaseConfiguration> all, string name, string fullPath)
    {
        if (Exactly(name, fullPath) is { Count: > 0 } exact) return exact;
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            // [ and ] of a name are escaped, as a completion does
            if (Exactly(WildcardPattern.Unescape(name), WildcardPattern.Unescape(fullPath)) is { Count: > 0 } meant) return meant;
            // one of a folder that is not there, as before it is restored
            return configuration.FolderOf(fullPath) is { } folder ? [folder.Describe(fullPath)] : [];
        }

        var (file, path) = (new WildcardPattern(name, s_caseOption), new WildcardPattern(fullPath, s_caseOption));
        return [.. all.Where(d => file.IsMatch(Path.GetFileName(d.Path)) || path.IsMatch(d.Path))];

        List<DatabaseConfiguration> Exactly(string file, string path) => [.. all.Where(d => d.Path == path || Path.GetFileName(d.Path) == file)];
    }
}
