namespace Litestream.Engine.Configuration;

/// <summary>Reads entries of <c>dbs</c> that mean many databases: <c>dir</c> with <c>pattern</c> as Litestream 0.5 has it, or a <c>path</c> with
/// wildcards, which is watched.</summary>
/// <param name="reader">Resolves paths.</param>
/// <param name="databases">Reads what is said of each.</param>
internal sealed class FolderReader(ConfigurationReader reader, DatabaseReader databases)
{
    private const string Scheme = "sqlite3://";
    private static readonly string[] s_onlyFolder = ["pattern", "recursive", "watch", "meta-dir"];

    /// <summary>The path that an entry has, as it stands there.</summary>
    public static string PathOf(ConfigurationSection section)
    {
        var path = section.Text("path") ?? throw section.Refuse("path", "a database has no 'path'.", "Give the path of its file, or a folder with 'dir' and 'pattern'.");
        return path.StartsWith(Scheme, StringComparison.Ordinal) ? path[Scheme.Length..] : path;
    }

    /// <summary>Reads an entry; null if it is one database.</summary>
    public DatabaseFolder? TryRead(ConfigurationSection section, ConfigurationScope scope)
    {
        if (section.Text("dir") is { } folder) return ReadFolder(section, folder, scope);
        if (Array.Find(s_onlyFolder, section.Has) is { } key) throw section.Refuse(key, $"'{key}' belongs to a 'dir', and there is none.", "Give 'dir' in place of 'path', or remove the key.");
        var path = PathOf(section);
        if (path.AsSpan().IndexOfAny('*', '?') < 0) return null;
        var (root, pattern) = Split(path);
        return Read(section, "path", root, pattern, isWatched: true, scope);
    }

    private DatabaseFolder ReadFolder(ConfigurationSection section, string folder, ConfigurationScope scope)
    {
        if (section.Has("path")) throw section.Refuse("path", "an entry has 'path' and 'dir'.", "Give one of both.");
        var pattern = section.Text("pattern") ?? throw section.Refuse("dir", "a 'dir' has no 'pattern'.", "Say which of its files are meant, as in 'pattern: \"*.db\"'.");
        if (pattern.AsSpan().IndexOfAny('/', Path.DirectorySeparatorChar) >= 0) throw section.Refuse("pattern", "'pattern' is the name of a file, without folders.", "Write it as in '*.db', and 'recursive: true' for the folders below.");
        var isRecursive = section.Flag("recursive") == true;
        return Read(section, "pattern", folder, isRecursive ? $"**/{pattern}" : pattern, section.Flag("watch") == true, scope);
    }

    private DatabaseFolder Read(ConfigurationSection section, string key, string folder, string pattern, bool isWatched, ConfigurationScope scope)
    {
        if (section.Has("meta-path") && section.Has("meta-dir")) throw section.Refuse("meta-dir", "an entry has 'meta-path' and 'meta-dir'.", "Give one of both.");
        var metadata = section.Text("meta-dir") ?? section.Text("meta-path");
        try
        {
            return new()
            {
                Path = reader.Resolve(folder),
                Pattern = pattern,
                IsWatched = isWatched,
                NamesMetadataPlainly = section.Has("meta-dir"),
                Template = databases.Read(section, reader.Resolve(folder), scope) with { MetadataPath = metadata is null ? null : reader.Resolve(metadata) },
            };
        }
        catch (FormatException e)
        {
            throw section.Refuse(key, $"'{pattern}' is no pattern: {e.Message}.", "Write names with '*', '?' and '[a-z]', as in '*.db'.");
        }
    }

    /// <summary>What stands before the first name with a wildcard, and the rest.</summary>
    private static (string Folder, string Pattern) Split(string path)
    {
        var normal = path.Replace(Path.DirectorySeparatorChar, '/');
        var start = normal.LastIndexOf('/', normal.AsSpan().IndexOfAny('*', '?')) + 1;
        return (start == 0 ? "." : normal[..start], normal[start..]);
    }
}
