using Litestream.Engine.Configuration;
using Litestream.Engine.Format;
using Litestream.Engine.Spool;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Internal;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Completion;

/// <summary>The configuration file that was typed, and what is chosen of it. Made on the session's thread, and read on another.</summary>
internal sealed class TypedConfiguration
{
    private const string ConfigPath = "ConfigPath";
    private const string Database = "Database";
    private const string ReplicaName = "ReplicaName";
    private const string NoExpandEnvironment = "NoExpandEnvironment";

    private readonly string _path;
    private readonly ConfigurationReader _reader;
    private readonly (string Name, string FullPath)[] _databases;
    private readonly string? _replica;

    private TypedConfiguration(TypedParameters typed, string path)
    {
        _path = path;
        _reader = new()
        {
            CurrentFolder = TypedParameters.CurrentFolder,
            FindVariable = typed.Has(NoExpandEnvironment) ? null : Environment.GetEnvironmentVariable,
        };
        // of the one that is completed the others that were typed before it say nothing
        _databases = typed.ParameterName == Database ? [] : [.. typed.FindAll(Database).Select(d => (d, TypedParameters.ResolvePath(d)))];
        _replica = typed.ParameterName == ReplicaName ? null : typed.Find<string>(ReplicaName);
    }

    /// <summary>Finds it; null if none was typed.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="defaultPath">The file that is meant then; null for none.</param>
    public static TypedConfiguration? Find(TypedParameters typed, string? defaultPath = null) =>
        (typed.Find<string>(ConfigPath) ?? defaultPath) is { } given && TypedParameters.ResolvePath(given) is var path && !TypedParameters.IsRemote(path)
            ? new(typed, path)
            : null;

    /// <summary>The databases that are meant. Those of folders go by their names alone: whether each file is a database takes too long.</summary>
    /// <param name="cancellationToken">Ends the look into folders.</param>
    public IReadOnlyList<DatabaseConfiguration> FindDatabases(CancellationToken cancellationToken)
    {
        var configuration = _reader.ReadFile(_path);
        List<DatabaseConfiguration> all = [.. configuration.Databases];
        foreach (var folder in configuration.Folders.Where(f => !TypedParameters.IsRemote(f.Path)))
        {
            var paths = new FolderScan(folder, LitestreamCommand.Environment).Look(_ => true, cancellationToken).Databases;
            all.AddRange(paths.Where(p => configuration.FolderOf(p) == folder).Select(p => TryDescribe(folder, p)).OfType<DatabaseConfiguration>());
        }

        return _databases.Length == 0 ? all : [.. _databases.SelectMany(d => DatabaseMatch.Find(configuration, all, d.Name, d.FullPath)).DistinctBy(d => d.Path)];
    }

    /// <summary>The replicas that are meant, of which something is known here.</summary>
    /// <param name="cancellationToken">Ends the look into folders.</param>
    public IReadOnlyList<KnownReplica> FindReplicas(CancellationToken cancellationToken) =>
    [
        .. from database in FindDatabases(cancellationToken)
           from replica in database.Replicas
           where _replica is null || replica.Name == _replica
           let isFolder = replica.S3 is null
           where !(isFolder && TypedParameters.IsRemote(replica.Url))
           select new KnownReplica($"{_Format.LastPart(database.Path)} to {replica.Name}", isFolder ? replica.Url : null, isFolder ? null : FindPresent(database)),
    ];

    private static DatabaseConfiguration? TryDescribe(DatabaseFolder folder, string path)
    {
        try
        {
            return folder.Describe(path);
        }
        catch (EngineException)
        {
            return null;
        }
    }

    private static GenerationId? FindPresent(DatabaseConfiguration database)
    {
        var path = LitestreamCommand.Environment.Files.ResolveLink(database.Path);
        if (TypedParameters.IsRemote(database.MetadataPath ?? path)) return null;
        try
        {
            return ShippedEnd.Find(path, database.MetadataPath, LitestreamCommand.Environment)?.Generation;
        }
        catch (EngineException)
        {
            return null;
        }
    }
}
