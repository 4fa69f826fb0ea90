using System.Text;
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

    /// <summary>Characters of a file: tens of thousands of databases.</summary>
    private const int MaxLength = 4 << 20;

    private const int BufferSize = 1 << 16;
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
            return Read(ReadText(path), path);
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

    private static string ReadText(string path)
    {
        using var reader = new StreamReader(path);
        var text = new StringBuilder();
        var buffer = new char[BufferSize];
        int read;
        // not by the length of the file: some have none, and never end
        while (text.Length <= MaxLength && (read = reader.Read(buffer, 0, buffer.Length)) > 0) text.Append(buffer, 0, read);
        return text.ToString();
    }

    /// <summary>Reads what a file holds.</summary>
    /// <param name="yaml">The content.</param>
    /// <param name="path">The file's path, for errors.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.InvalidConfiguration"/>, with the line.</exception>
    public LitestreamConfiguration Read(string yaml, string path)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        if (yaml.Length > MaxLength) throw ConfigurationError.At(path, 1, $"the file is longer than {MaxLength} characters.", "Give the file of Litestream, and name databases by a 'dir'.");
        if (Parse(yaml, path) is not { } node) return new() { Path = path };
        var scope = new ConfigurationScope(path, FindVariable is null ? null : new(FindVariable));
        var root = new ConfigurationSection(node, "", scope, KnownKeys.Root);
        CheckWithoutEffect(root);
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
            ShutdownTimeout = root.Wait("shutdown-sync-timeout"),
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

    /// <summary>What has no effect; what is misspelt there is told all the same.</summary>
    private static void CheckWithoutEffect(ConfigurationSection root)
    {
        if (root.Section("socket", KnownKeys.Socket) is { } socket)
        {
            socket.Check("enabled", ValueKind.Flag);
            socket.Check("path", ValueKind.Text);
            socket.Check("permissions", ValueKind.Number);
        }

        _ = root.Section("validation", KnownKeys.Interval)?.Duration("interval");
        foreach (var level in root.Sections("levels", KnownKeys.Interval)) _ = level.Duration("interval");
        if (root.Section("logging", KnownKeys.Logging) is not { } logging) return;
        logging.Choice("level", "debug", "info", "warn", "warning", "error");
        logging.Choice("type", "text", "json");
        _ = logging.Flag("stderr");
    }

    private static YamlNode? Parse(string yaml, string path)
    {
        var stream = new YamlStream();
        yaml = YamlShape.Complete(yaml);
        try
        {
            YamlShape.Check(yaml, path);
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            // between braces, '${' begins a mapping: Litestream puts values in before it reads YAML
            var isVariable = yaml.Split('\n').ElementAtOrDefault((int)e.Start.Line - 1)?.Contains("${", StringComparison.Ordinal) == true;
            throw ConfigurationError.At(path, e.Start.Line, $"this is not YAML: {e.Message}",
                isVariable ? "Put a value that has '${NAME}' in it into quotes, or write $NAME." : "Correct the line; keys are indented by spaces, and each is there once.", e);
        }
        catch (Exception e) when (e is not (LitestreamException or OutOfMemoryException))
        {
            // what the parser throws on hostile text is not documented
            throw ConfigurationError.At(path, 1, $"this is not YAML: {e.Message}", "Correct the file.", e);
        }

        if (stream.Documents.Count > 1)
            throw ConfigurationError.At(path, stream.Documents[1].RootNode.Start.Line, "a second document begins.", "Remove the line '---' and what follows: Litestream would not read it.");
        return stream.Documents is [{ RootNode: var root }] && root is not YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or null or "null" or "~" } ? root : null;
    }

    private static void EnsureDistinct(List<DatabaseConfiguration> named, List<DatabaseFolder> folders, string path)
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var database in named)
            if (!lines.TryAdd(database.Path, database.Line))
                throw ConfigurationError.At(path, database.Line, $"the database '{database.Path}' is there already, at line {lines[database.Path]}.", "Put all its replicas into one entry.");

        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var database in named.Concat(folders.Select(f => f.Template)).OrderBy(d => d.Line))
            foreach (var replica in database.Replicas)
                // of one folder several patterns may be given; their databases differ
                if (!owners.TryAdd(replica.Url, database.Path) && owners[replica.Url] != database.Path)
                    throw ConfigurationError.At(path, database.Line, $"the replica '{replica.Url}' is that of another database, too.", "Give each database a replica of its own: two in one spoil both.");
    }
}
