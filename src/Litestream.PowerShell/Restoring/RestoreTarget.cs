using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Restoring;

/// <summary>Which file a -Destination means.</summary>
internal static class RestoreTarget
{
    internal static StringComparer Comparer { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    internal static bool IsFolder(string destination) => System.IO.Path.EndsInDirectorySeparator(destination);

    /// <summary>A file of its own for each replica that was found below a place. What a bucket names may be no path here, or lead elsewhere.</summary>
    internal static string ResolveBelow(string destination, string relativePath)
    {
        var parts = relativePath.Split('/');
        if (Array.Exists(parts, p => p.Length == 0 || p is "." or ".." || p.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || p != p.TrimEnd(' ', '.')))
            throw new EngineException(ErrorCode.InvalidArgument,
                $"'{relativePath}' can't be the path of a file below '{destination}'.", relativePath, "Restore this replica by itself, with a file as -Destination.");
        var path = Path.Combine([destination, .. parts]);
        if (!Path.HasExtension(path)) return path + ".db";
        // beside the database of the same fleet that the rest of the name may belong to
        if (CompanionFiles.IsOneByName(path))
            throw new EngineException(ErrorCode.InvalidArgument, $"'{relativePath}' is the name of a file that belongs to another database.", relativePath,
                "Restore this replica by itself, with a file as -Destination.");
        return path;
    }

    /// <summary>The file itself; or in a folder the name of the database; or, when that is not known, the name of the replica's
    /// folder, with .db where it has no extension.</summary>
    internal static string Resolve(string destination, bool isFolder, string? databasePath, string replicaUrl)
    {
        if (!isFolder && !Directory.Exists(destination)) return destination;
        var name = Path.GetFileName(databasePath) is { Length: > 0 } known
            ? known
            : Path.GetFileName(replicaUrl.TrimEnd('/', '\\'));
        if (name.Length == 0 || name is "." or "..")
            throw new EngineException(ErrorCode.InvalidArgument,
                $"'{destination}' is a folder, and no file name can be told from the replica '{replicaUrl}'.", destination,
                "Give a file as -Destination, or the database's name with -Path.");
        return Path.Combine(destination, Path.HasExtension(name) ? name : name + ".db");
    }
}
