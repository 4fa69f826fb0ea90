using Litestream.Engine.Errors;
using Litestream.Engine.Replicas.S3;

namespace Litestream.Engine.Configuration;

/// <summary>One entry of <c>dbs</c> that means all databases of a folder: <c>dir</c>, or a <c>path</c> with wildcards.</summary>
public sealed record DatabaseFolder
{
    /// <summary>Full path of the folder.</summary>
    public required string Path { get; init; }

    /// <summary>Which files below it are meant: names with <c>*</c>, <c>?</c> and <c>[a-z]</c>, where <c>**</c> stands for any folders.</summary>
    /// <exception cref="FormatException">It is no pattern.</exception>
    public required string Pattern
    {
        get => Files.ToString();
        init => Files = FolderPattern.Parse(value);
    }

    /// <summary>Whether databases that come and go later are meant, too.</summary>
    public bool IsWatched { get; init; }

    /// <summary>What is said of each of its databases; its path, its metadata folder and its replicas are those that each one's relative path
    /// is put behind.</summary>
    public required DatabaseConfiguration Template { get; init; }

    internal FolderPattern Files { get; private init; } = null!;

    /// <summary>Whether metadata folders are named by the relative path alone, as below <c>meta-dir</c>.</summary>
    internal bool NamesMetadataPlainly { get; init; }

    /// <summary>Whether a path is one that is meant, by its name alone.</summary>
    /// <param name="path">Full path of a file.</param>
    public bool Contains(string path) => RelativePathOf(path) is { } relative && Files.IsMatch(relative) && !FilesBesideDatabases.IsOne(System.IO.Path.GetFileName(path));

    /// <summary>What is said of one of its databases.</summary>
    /// <param name="path">Full path of a file below the folder.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.InvalidArgument"/>: a replica can't be named by it.</exception>
    public DatabaseConfiguration Describe(string path)
    {
        var relative = RelativePathOf(path) ?? throw new ArgumentException($"'{path}' is not below '{Path}'.", nameof(path));
        return Template with
        {
            Path = path,
            MetadataPath = Template.MetadataPath is { } root ? MetadataFor(root, relative) : null,
            Replicas = [.. Template.Replicas.Select(r => r with { Url = Append(r, relative) })],
        };
    }

    private string MetadataFor(string root, string relative) => NamesMetadataPlainly
        ? System.IO.Path.Join(root, relative + "-litestream-ps")
        : System.IO.Path.Join(root, System.IO.Path.GetDirectoryName(relative), $".{System.IO.Path.GetFileName(relative)}-litestream-ps");

    private static string Append(ReplicaConfiguration replica, string relative)
    {
        if (replica.S3 is null) return System.IO.Path.Join(replica.Url, relative);
        // a URL ends there, so that several databases would have one replica
        if (relative.Contains('?', StringComparison.Ordinal))
            throw new LitestreamException(ErrorCode.InvalidArgument, $"'{relative}' can't be part of an S3 URL.", relative, "Name the database without a question mark.");
        return S3Location.Parse(replica.Url) is { Endpoint: null } location ? $"{location}/{relative}" : $"{replica.Url.TrimEnd('/')}/{relative}";
    }

    private string? RelativePathOf(string path)
    {
        var root = System.IO.Path.EndsInDirectorySeparator(Path) ? Path : Path + System.IO.Path.DirectorySeparatorChar;
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return path.StartsWith(root, comparison) ? path[root.Length..].Replace(System.IO.Path.DirectorySeparatorChar, '/') : null;
    }
}
