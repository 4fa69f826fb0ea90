using System.ComponentModel;
using System.Management.Automation;
using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets that open replicas which the user names, or a configuration file does.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ConfigurationCommand : StoreCommand
{
    private ConfiguredDatabases? _configured;

    /// <summary>A configuration file: what it says of its databases goes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConfigSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>Of those in the file only these: paths, file names or wildcards.</summary>
    [Parameter(ParameterSetName = ConfigSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConfigurationCompleter))]
    public string[]? Database { get; set; }

    /// <summary>Leave $NAME in the file as it is.</summary>
    [Parameter(ParameterSetName = ConfigSet, ValueFromPipelineByPropertyName = true)]
    public SwitchParameter NoExpandEnvironment { get; set; }

    private protected ConfiguredDatabases Configured => _configured ??= new(this);

    /// <summary>Those of the file that are meant, at least one for each name: a drill whose wildcard is misspelt would pass in silence.</summary>
    private protected IReadOnlyList<DatabaseConfiguration> FindConfigured() => Configured.Find(ConfigPath!, !NoExpandEnvironment, Database, wildcardsMatch: true);

    /// <summary>The databases that a parameter names.</summary>
    private protected IReadOnlyList<string> FindDatabases(string path, bool literal)
    {
        if (literal || !WildcardPattern.ContainsWildcardCharacters(path)) return [ResolvePath(path)];
        var found = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider);
        if (provider.Name != "FileSystem") throw NotFileSystem(path);
        return found.Count > 0
            ? found
            : throw new LitestreamException(
                nameof(ErrorCode.DatabaseNotFound), $"No file matches '{path}'.", path, "Give the path of an existing SQLite database file.");
    }
}
