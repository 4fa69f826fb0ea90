using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Restore;

/// <summary>Takes a restore back that has replaced a database. What was there until then is kept in its turn, so that nothing is ever lost by it.</summary>
/// <param name="environment">Files, time and VFS.</param>
public sealed class RestoreUndo(EngineEnvironment environment)
{
    private static readonly string[] s_logs = ["-wal", "-journal"];

    /// <summary>Puts the former database back.</summary>
    /// <param name="destination">Full path of the database that was restored.</param>
    /// <param name="safetyCopy">Where the former one is kept: <see cref="RestoreResult.SafetyCopy"/>.</param>
    /// <returns>Where the restored database is kept now.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseNotFound"/>, <see cref="ErrorCode.RestoreTargetInUse"/>,
    /// <see cref="ErrorCode.RestoreTargetUnwritable"/>.</exception>
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
            // somebody may have looked into it: what its logs hold has to be in the file before it is called otherwise
            new DatabaseReplacement(environment, safetyCopy).Settle();
            destination = files.ResolveLink(destination);
            var replacement = new DatabaseReplacement(environment, destination);
            var former = replacement.NameFor("undone");
            replacement.Run(safetyCopy, former);
            // they are there only if SQLite could not read the database that they belong to
            foreach (var log in s_logs)
            {
                if (files.Find(safetyCopy + log) is not null) files.Rename(safetyCopy + log, destination + log, overwrite: false);
            }

            files.FlushDirectory(Path.GetDirectoryName(destination)!);
            return former;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, destination, "put the former database back", ErrorCode.RestoreTargetUnwritable);
        }
    }
}
