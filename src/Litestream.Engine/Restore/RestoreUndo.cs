using System.Text.RegularExpressions;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Restore;

/// <summary>Takes a restore back that has replaced a database. What was there until then is kept in its turn, so that nothing is ever lost by it.</summary>
/// <param name="environment">Files, time and VFS.</param>
public sealed partial class RestoreUndo(EngineEnvironment environment)
{
    /// <summary>Puts the former database back.</summary>
    /// <param name="destination">Full path of the database that was restored.</param>
    /// <param name="safetyCopy">Where the former one is kept: <see cref="RestoreResult.SafetyCopy"/>.</param>
    /// <returns>Where the restored database is kept now.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseNotFound"/>, <see cref="ErrorCode.InvalidArgument"/>,
    /// <see cref="ErrorCode.RestoreTargetInUse"/>, <see cref="ErrorCode.RestoreTargetUnwritable"/>.</exception>
    public string Run(string destination, string safetyCopy)
    {
        var files = environment.Files;
        foreach (var path in new[] { destination, safetyCopy })
        {
            if (files.Find(path) is not { IsDirectory: false })
                throw new LitestreamException(ErrorCode.DatabaseNotFound, $"'{path}' is not there.", path, "Give what the restore has told: Destination and SafetyCopy.");
        }

        try
        {
            (destination, safetyCopy) = (files.ResolveLink(destination), files.ResolveLink(safetyCopy));
            if (AreSame(destination, safetyCopy)) throw Unfit(safetyCopy, $"is the same file as '{destination}'");
            if (!AreSame(Path.GetDirectoryName(destination)!, Path.GetDirectoryName(safetyCopy)!)) throw Unfit(safetyCopy, $"is not in the folder of '{destination}', so they can't be exchanged in one step");
            var replacement = new DatabaseReplacement(environment, destination);
            var former = replacement.NameFor("undone");
            // somebody may have looked into it: what its logs hold has to be in the file before it is called otherwise, and nobody may add to it then
            using var kept = HeldDatabase.Take(environment, safetyCopy);
            replacement.Run(kept, former);
            return former;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, destination, "put the former database back", ErrorCode.RestoreTargetUnwritable);
        }
    }

    /// <summary>Finds the former database where it can be only one: restores keep it beside the one that has replaced it.</summary>
    /// <param name="destination">Full path of the database that was restored.</param>
    /// <returns>Where it is kept.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseNotFound"/>: none is there; <see cref="ErrorCode.InvalidArgument"/>: several
    /// are.</exception>
    public string FindSafetyCopy(string destination)
    {
        var path = environment.Files.ResolveLink(destination);
        var (folder, name) = (Path.GetDirectoryName(path)!, Path.GetFileName(path));
        List<string> found =
        [
            .. environment.Files.List(folder)
                .Where(e => !e.IsDirectory && e.Name.StartsWith(name, StringComparison.Ordinal) && OfRestore().IsMatch(e.Name.AsSpan(name.Length)))
                .Select(e => Path.Combine(folder, e.Name)),
        ];
        return found switch
        {
            [var only] => only,
            [] => throw new LitestreamException(ErrorCode.DatabaseNotFound, $"No restore has kept a former database beside '{destination}'.", destination,
                "Give the database that was restored, and as SafetyCopy what the restore has told, if that was renamed."),
            _ => throw new LitestreamException(ErrorCode.InvalidArgument, $"Restores have kept {found.Count} former databases beside '{destination}': {string.Join(", ", found)}.",
                destination, "Say with SafetyCopy which of them is to be put back: the name has the time of the restore."),
        };
    }

    private bool AreSame(string one, string other) => Equals(environment.Files.Identify(one), environment.Files.Identify(other));

    private static LitestreamException Unfit(string safetyCopy, string what) => new(ErrorCode.InvalidArgument, $"'{safetyCopy}' {what}.", safetyCopy,
        "Give what the restore has told, Destination and SafetyCopy, where the restore has put them.");

    [GeneratedRegex(@"^\.before-restore-\d{8}T\d{6}Z(?:-\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex OfRestore();
}
