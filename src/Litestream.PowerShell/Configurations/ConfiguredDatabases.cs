using System.Management.Automation;
using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Replications;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Configurations;

/// <summary>The databases of configuration files that a cmdlet is given. A file is read once, and its warnings are told once.</summary>
/// <param name="command">Who is given them.</param>
internal sealed class ConfiguredDatabases(LitestreamCommand command)
{
    private readonly Dictionary<(string Path, bool Expands), LitestreamConfiguration> _files = [];
    private readonly Dictionary<LitestreamConfiguration, IReadOnlyList<DatabaseConfiguration>> _databases = new(ReferenceEqualityComparer.Instance);

    /// <summary>Reads a file.</summary>
    /// <param name="configPath">The file.</param>
    /// <param name="expands">Whether environment variables are expanded.</param>
    public LitestreamConfiguration Read(string configPath, bool expands)
    {
        var path = command.ResolvePath(configPath);
        if (_files.TryGetValue((path, expands), out var known)) return known;
        var reader = new ConfigurationReader { CurrentFolder = command.SessionState.Path.CurrentFileSystemLocation.ProviderPath };
        var configuration = (expands ? reader : new() { CurrentFolder = reader.CurrentFolder, FindVariable = null }).ReadFile(path);
        foreach (var warning in configuration.Warnings) command.WriteWarning(warning);
        _files.Add((path, expands), configuration);
        return configuration;
    }

    /// <summary>Those of a file that are meant.</summary>
    /// <param name="configPath">The file.</param>
    /// <param name="expands">Whether environment variables are expanded.</param>
    /// <param name="names">Paths, file names or wildcards; null for all.</param>
    /// <param name="wildcardsMatch">Whether a wildcard has to match some, as where something is done with them.</param>
    /// <exception cref="EngineException">None is meant by a name, or the file has none.</exception>
    public IReadOnlyList<DatabaseConfiguration> Find(string configPath, bool expands, IReadOnlyList<string>? names, bool wildcardsMatch = false)
    {
        var configuration = Read(configPath, expands);
        if (configuration is { Databases.Count: 0, Folders.Count: 0 })
            throw new EngineException(ErrorCode.InvalidConfiguration, $"{configuration.Path} names no database.", configuration.Path, "List the databases below 'dbs'.");
        if (!_databases.TryGetValue(configuration, out var all))
        {
            _databases.Add(configuration, all = FindAll(configuration));
            foreach (var folder in configuration.Folders.Where(f => !all.Any(d => configuration.FolderOf(d.Path) == f)))
                command.WriteWarning($"No database in '{folder.Path}' matches '{folder.Pattern}' now.");
        }

        return names is null ? all : [.. names.SelectMany(n => Match(configuration, all, n, wildcardsMatch)).DistinctBy(d => d.Path)];
    }

    /// <summary>The replications, of whatever process, of those that are meant. That a process does not answer is an error beside them.</summary>
    /// <param name="configPath">The file.</param>
    /// <param name="expands">Whether environment variables are expanded.</param>
    /// <param name="names">Paths, file names or wildcards; null for all.</param>
    public IReadOnlyList<RunningReplication> FindReplications(string configPath, bool expands, IReadOnlyList<string>? names)
    {
        var running = command.FindReplications(path: null, literal: false);
        // those of folders need not be there any more
        var configuration = Read(configPath, expands);
        _databases[configuration] = [.. FindAll(configuration).Concat(running.Select(r => Describe(configuration, r.DatabasePath)).OfType<DatabaseConfiguration>()).DistinctBy(d => d.Path)];
        var meant = Find(configPath, expands, names).Select(d => LitestreamCommand.Environment.Files.ResolveLink(d.Path)).ToHashSet();
        return [.. running.Where(r => meant.Contains(r.DatabasePath))];
    }

    /// <summary>The databases that are named, and those that are in the folders now. What can't be looked at is an error beside them.</summary>
    private List<DatabaseConfiguration> FindAll(LitestreamConfiguration configuration)
    {
        List<DatabaseConfiguration> all = [.. configuration.Databases];
        foreach (var folder in configuration.Folders)
        {
            var content = new FolderScan(folder, LitestreamCommand.Environment).Look(_ => false, command.PipelineStop);
            foreach (var failure in content.Failures) command.WriteError(failure.ToRecord(folder.Path));
            foreach (var path in content.Databases.Where(p => configuration.FolderOf(p) == folder))
                command.Try(path, () => all.Add(folder.Describe(path)));
        }

        return all;
    }

    /// <summary>What is said of a database in a folder; null if it is in none.</summary>
    private static DatabaseConfiguration? Describe(LitestreamConfiguration configuration, string path) => configuration.FolderOf(path)?.Describe(path);

    private IReadOnlyList<DatabaseConfiguration> Match(LitestreamConfiguration configuration, IReadOnlyList<DatabaseConfiguration> all, string name, bool wildcardMatches)
    {
        // a file's name means the same where the session is not in the file system
        var path = command.SessionState.Path.CurrentLocation.Provider.Name == "FileSystem" ? command.ResolvePath(name) : name;
        var found = DatabaseMatch.Find(configuration, all, name, path);
        return found.Count > 0 || (!wildcardMatches && WildcardPattern.ContainsWildcardCharacters(name)) ? found : throw new EngineException(
            ErrorCode.DatabaseNotFound, $"{configuration.Path} has no database '{name}'.", name, "Get-LitestreamDatabase lists those that it has.");
    }
}
