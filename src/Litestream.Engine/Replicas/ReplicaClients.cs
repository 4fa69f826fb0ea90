using System.Text.RegularExpressions;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas.S3;

namespace Litestream.Engine.Replicas;

/// <summary>Opens the client that fits a replica's URL or path.</summary>
public static partial class ReplicaClients
{
    private const string FileScheme = "file:";

    /// <summary>Opens a client; the store is not asked yet, and need not exist.</summary>
    /// <param name="urlOrPath">A folder's path, its <c>file://</c> URL, or <c>s3://bucket/path</c>. As in Litestream, nothing in a URL is
    /// decoded: <c>%20</c> is part of the name (replica format 6.3).</param>
    /// <param name="currentDirectory">The absolute folder that a relative path counts from.</param>
    /// <param name="environment">Where files come from.</param>
    /// <param name="s3">What is said of an S3 replica beside its URL; null for nothing.</param>
    /// <returns>The client. The caller disposes it.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaUrlInvalid"/>.</exception>
    public static IReplicaClient Open(string urlOrPath, string currentDirectory, EngineEnvironment environment, S3Settings? s3 = null)
    {
        if (string.IsNullOrWhiteSpace(urlOrPath) || urlOrPath.Contains('\0', StringComparison.Ordinal))
            throw Invalid("A replica's path or URL is empty or holds a NUL character.", urlOrPath.Replace("\0", "", StringComparison.Ordinal));

        if (urlOrPath.StartsWith(S3Location.Scheme, StringComparison.OrdinalIgnoreCase)) return new S3ReplicaClient(S3Location.Parse(urlOrPath), s3 ?? new(), environment.Time);
        var path = urlOrPath;
        if (urlOrPath.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase))
            path = PathOfUrl(urlOrPath[FileScheme.Length..]);
        else if (Scheme().Match(urlOrPath) is { Success: true } scheme)
            // only the scheme is repeated: what follows may hold a password
            throw Invalid($"This version has no replicas of type '{scheme.Value}'.", scheme.Value);
        if (path.Length == 0) throw Invalid($"The URL '{urlOrPath}' names no folder.", urlOrPath);

        return new FolderReplicaClient(
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, currentDirectory)), environment.Files, environment.Time);
    }

    // file:///a and file://a both mean /a, as Litestream reads them; file:a is relative. Windows: file:///C:/a, file://server/share.
    private static string PathOfUrl(string rest)
    {
        if (!rest.StartsWith("//", StringComparison.Ordinal)) return rest;
        var path = rest[2..];
        if (path.Length == 0) return path;
        if (!OperatingSystem.IsWindows()) return "/" + path.TrimStart('/');
        return path[0] == '/' ? path.TrimStart('/') : @"\\" + path;
    }

    private static LitestreamException Invalid(string message, string target) => new(
        ErrorCode.ReplicaUrlInvalid, message, target, "Give the path of a folder, its file:// URL, or s3://bucket/path.");

    // at least two letters: one letter is a Windows drive
    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]+://", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
