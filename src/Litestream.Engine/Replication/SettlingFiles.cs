using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Replication;

/// <summary>A database that somebody has just copied another one over, or a WAL beside it: he may not be done. What SQLite opens in the middle of that is neither the one nor the other, and a WAL that
/// is put beside an open database is lost.</summary>
/// <param name="options">Which database.</param>
/// <param name="environment">Where it is, and the time.</param>
internal sealed class SettlingFiles(ReplicationOptions options, EngineEnvironment environment)
{
    private static readonly TimeSpan s_still = TimeSpan.FromSeconds(1);

    /// <summary>An application that goes on writes to the WAL, or keeps a rollback journal while it writes, or has a WAL that is not there: so long it is not told from a copy.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    /// <summary>Waits until nothing has been written for a second, or an application does all the time.</summary>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: the files can't be looked at.</exception>
    public async Task WaitAsync(CancellationToken stop)
    {
        var began = environment.Time.GetTimestamp();
        var (since, look) = (began, Look());
        var hadJournal = false; // there is one only now and then
        while (environment.Time.GetElapsedTime(since) < s_still)
        {
            hadJournal |= look.Journal is not null;
            if (environment.Time.GetElapsedTime(began) >= s_longest && (hadJournal || look.Wal is { Length: > 0 } || IsUsedWithoutWal())) return;
            await Task.Delay(options.CaptureInterval, environment.Time, stop).ConfigureAwait(false);
            if (Look() is var now && now != look) (since, look) = (environment.Time.GetTimestamp(), now);
        }
    }

    /// <summary>Whether its checkpoints are all that shows an application, from which somebody has removed the WAL: nothing is opened beside it, and why not is to be told.</summary>
    private bool IsUsedWithoutWal()
    {
        try
        {
            return DatabaseInspector.Inspect(options.DatabasePath, environment) is { IsWal: true }
                && UnlockedUser.IsThere(options.DatabasePath, SourceFiles.Of(options.DatabasePath, environment.Files), environment.Files);
        }
        catch (LitestreamException)
        {
            // it is gone, or just being copied
            return false;
        }
    }

    private (FileEntry? Database, FileEntry? Wal, FileEntry? Journal) Look()
    {
        try
        {
            return (environment.Files.Find(options.DatabasePath), environment.Files.Find(options.DatabasePath + "-wal"), environment.Files.Find(options.DatabasePath + "-journal"));
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, options.DatabasePath, "examine the files of the database", ErrorCode.DatabaseError);
        }
    }
}
