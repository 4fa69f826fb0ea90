using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Configuration;

/// <summary>Looks for the databases of a folder, again and again. Files are opened only through SQLite, and only where the name fits: in the process that
/// replicates a database any other way would drop SQLite's locks.</summary>
/// <param name="folder">Which.</param>
/// <param name="environment">Files and VFS.</param>
public sealed class FolderScan(DatabaseFolder folder, EngineEnvironment environment)
{
    /// <summary>What was looked at and is no database; it is none until it changes.</summary>
    private Dictionary<string, FileEntry> _others = new(StringComparer.Ordinal);

    /// <summary>Looks once.</summary>
    /// <param name="isKnown">Whether a path is known to be a database; it is not opened then.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public FolderContent Look(Func<string, bool> isKnown, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isKnown);
        var (databases, failures) = (new List<string>(), new List<LitestreamException>());
        var others = new Dictionary<string, FileEntry>(StringComparer.Ordinal);
        // by identity: a link may lead back up
        var seen = new HashSet<FileIdentity>();
        var left = new Stack<(string Path, int Depth)>([(folder.Path, 0)]);
        while (left.TryPop(out var next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in List(next.Path, seen, failures))
            {
                var path = Path.Join(next.Path, entry.Name);
                if (entry.IsDirectory)
                {
                    if (next.Depth < (folder.Files.Depth ?? int.MaxValue) && !FilesBesideDatabases.IsFolder(entry.Name)) left.Push((path, next.Depth + 1));
                }
                else if (folder.Contains(path) && (isKnown(path) || IsDatabase(path, entry, others, failures)))
                {
                    databases.Add(path);
                }
            }
        }

        _others = others;
        databases.Sort(StringComparer.Ordinal);
        return new(databases, failures);
    }

    private IReadOnlyList<FileEntry> List(string path, HashSet<FileIdentity> seen, List<LitestreamException> failures)
    {
        try
        {
            return environment.Files.Identify(path) is { } identity && seen.Add(identity) ? environment.Files.List(path) : [];
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            failures.Add(FileErrors.Wrap(e, path, "look for databases", ErrorCode.FileError));
            return [];
        }
    }

    private bool IsDatabase(string path, FileEntry entry, Dictionary<string, FileEntry> others, List<LitestreamException> failures)
    {
        if (entry.Length == 0) return false; // it is to come
        try
        {
            if (!_others.TryGetValue(path, out var other) || other != entry)
            {
                DatabaseInspector.Inspect(path, environment);
                return true;
            }
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.NotADatabase)
        {
            // told apart by what follows
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.DatabaseNotFound)
        {
            return false;
        }
        catch (LitestreamException e)
        {
            failures.Add(e);
            return false;
        }

        others.Add(path, entry);
        return false;
    }
}
