using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Litestream.Engine.Configuration;

/// <summary>Reads <c>litestream.yml</c>, as Litestream 0.3.13 has it and with the keys of 0.5 that mean the same. Strict: what is not understood is an
/// error, never passed over.</summary>
public sealed class ConfigurationReader
{
    private const string SnapshotKey = "snapshot";
    private static readonly Dictionary<string, string?> s_snapshotKeys = new(StringComparer.Ordinal) { ["interval"] = null, ["retention"] = null };
    private static readonly Dictionary<string, string?> s_retentionKeys = new(StringComparer.Ordinal) { ["enabled"] = null };

    /// <summary>Where Litestream looks for its file if nobody says where: the variable <c>LITESTREAM_CONFIG</c>, or a fixed path.</summary>
    public static string DefaultPath => Environment.GetEnvironmentVariable("LITESTREAM_CONFIG") is { Length: > 0 } path ? path
        : OperatingSystem.IsWindows() ? @"C:\Litestream\litestream.yml" : "/etc/litestream.yml";

    /// <summary>Full path of the folder that relative paths in the file count from.</summary>
    public required string CurrentFolder { get; init; }

    /// <summary>The folder that <c>~</c> means.</summary>
    public string HomeFolder { get; init; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The value of an environment variable, null if there is none; null to leave <c>$</c> in the file as it is.</summary>
    public Func<string, string?>? FindVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Full path.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.InvalidConfiguration"/>, with the line; <see cref="ErrorCode.ConfigurationNotFound"/>;
    /// <see cref="ErrorCode.FileError"/>.</exception>
    public LitestreamConfiguration ReadFile(string path)
    {
        try
        {
            return Read(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LitestreamException(ErrorCode.ConfigurationNotFound, $"There is no configuration file '{path}'.", path,
                "Give its path with -ConfigPath, or in the environment variable LITESTREAM_CONFIG.", e);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, path, "read the configuration file", ErrorCode.FileError);
        }
    }

    /// <summary>Reads what a file holds.</summary>
    /// <param name="yaml">The content.</param>
    /// <param name="path">The file's path, for errors.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.InvalidConfiguration"/>, with the line.</exception>
    public LitestreamConfiguration Read(string yaml, string path)
    {
        if (Parse(yaml, path) is not { } node) return new() { Path = path };
        var scope = new ConfigurationScope(path, FindVariable is null ? null : new(FindVariable));
        var root = new ConfigurationSection(node, "", scope, KnownKeys.Root);
        var databases = new DatabaseReader(this, root, ReadDefaults(root));
        var (named, folders) = (new List<DatabaseConfiguration>(), new List<DatabaseFolder>());
        foreach (var section in root.Sections("dbs", KnownKeys.Database, KnownKeys.UnsupportedOfDatabase))
        {
            if (new FolderReader(this, databases).TryRead(section, scope) is { } folder) folders.Add(folder);
            else named.Add(databases.Read(section, Resolve(FolderReader.PathOf(section)), scope));
        }

        EnsureDistinct(named, folders, path);
        return new()
        {
            Path = path,
            Databases = named,
            Folders = folders,
            ShutdownTimeout = root.PositiveDuration("shutdown-sync-timeout"),
            Warnings = scope.Warnings,
        };
    }

    /// <summary>The full path of a path in the file.</summary>
    internal string Resolve(string path)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal)) path = Path.Join(HomeFolder, path[1..]);
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, CurrentFolder));
    }

    /// <summary>What <c>snapshot</c> of a level says, over what the level above says.</summary>
    internal static RetentionDefaults ReadSnapshot(ConfigurationSection section, RetentionDefaults above) =>
        section.Section(SnapshotKey, s_snapshotKeys) is not { } snapshot ? above : above with
        {
            SnapshotInterval = snapshot.PositiveDuration("interval") ?? above.SnapshotInterval,
            Retention = snapshot.PositiveDuration("retention") ?? above.Retention,
        };

    private static RetentionDefaults ReadDefaults(ConfigurationSection root)
    {
        var defaults = ReadSnapshot(root, new(null, null));
        return root.Section("retention", s_retentionKeys)?.Flag("enabled") == false ? defaults with { Retention = TimeSpan.Zero } : defaults;
    }

    private static YamlNode? Parse(string yaml, string path)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            throw ConfigurationError.At(path, e.Start.Line, $"this is not YAML: {e.Message}", "Correct the line; keys are indented by spaces, and each is there once.", e);
        }
        catch (ArgumentException e)
        {
            throw ConfigurationError.At(path, 1, $"this is not YAML: {e.Message}", "Correct the file.", e);
        }

        if (stream.Documents.Count > 1)
            throw ConfigurationError.At(path, stream.Documents[1].RootNode.Start.Line, "a second document begins.", "Remove the line '---' and what follows: Litestream would not read it.");
        return stream.Documents is [{ RootNode: var root }] && root is not YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or null or "null" or "~" } ? root : null;
    }

    private static void EnsureDistinct(List<DatabaseConfiguration> named, List<DatabaseFolder> folders, string path)
    {
        List<DatabaseConfiguration> databases = [.. named.Concat(folders.Select(f => f.Template)).OrderBy(d => d.Line)];
        for (var i = 1; i < databases.Count; i++)
        {
            var database = databases[i];
            // of one folder several patterns may be given; their databases differ
            if (databases.Take(i).FirstOrDefault(d => d.Path == database.Path) is { } same && named.Contains(same) && named.Contains(database))
                throw ConfigurationError.At(path, database.Line, $"the database '{database.Path}' is there already, at line {same.Line}.", "Put all its replicas into one entry.");
            var taken = databases.Take(i).Where(d => d.Path != database.Path).SelectMany(d => d.Replicas).Select(r => r.Url).Intersect(database.Replicas.Select(r => r.Url)).FirstOrDefault();
            if (taken is not null)
                throw ConfigurationError.At(path, database.Line, $"the replica '{taken}' is that of another database, too.", "Give each database a replica of its own: two in one spoil both.");
        }
    }
}
