namespace Litestream.Engine.Configuration;

/// <summary>What a configuration file says, with all that is inherited and defaulted filled in.</summary>
public sealed record LitestreamConfiguration
{
    /// <summary>Full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The databases that are named one by one, in the file's order.</summary>
    public IReadOnlyList<DatabaseConfiguration> Databases { get; init; } = [];

    /// <summary>The folders of databases, in the file's order.</summary>
    public IReadOnlyList<DatabaseFolder> Folders { get; init; } = [];

    /// <summary>How long the last sync may take when replication is stopped; null for the default.</summary>
    public TimeSpan? ShutdownTimeout { get; init; }

    /// <summary>What the file says that has no effect here: sentences, each with its line.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The folder that a database belongs to: the first one that contains it, unless it is named by itself; null for none.</summary>
    /// <param name="path">Full path of a file.</param>
    public DatabaseFolder? FolderOf(string path) => Databases.Any(d => d.Path == path) ? null : Folders.FirstOrDefault(f => f.Contains(path));
}
