using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Live;

/// <summary>A read transaction on a live database. Only through SQLite: no file is opened beside it, nothing is written, nothing
/// checkpointed. While it is open the application's WAL can't be restarted.</summary>
internal sealed class LiveReader : IDisposable
{
    private const int MaxTries = 40;
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly DatabaseInfo _database;
    private readonly DatabaseConnection _probe;
    private readonly DatabaseView _view;
    private readonly SourceFiles _files;
    private readonly SourceFiles? _made;
    private readonly EngineEnvironment _environment;

    private LiveReader(DatabaseInfo database, DatabaseConnection probe, DatabaseView view, SourceFiles files, bool isMade, EngineEnvironment environment) =>
        (_database, _probe, _view, _files, _made, _environment) = (database, probe, view, files, isMade ? files : null, environment);

    /// <summary>Begins to read at the last commit.</summary>
    /// <param name="path">Full path of the database.</param>
    /// <param name="environment">Files, time and VFS.</param>
    /// <param name="cancellationToken">Ends the tries.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseNotFound"/>, <see cref="ErrorCode.DatabaseNotWal"/>,
    /// <see cref="ErrorCode.DatabaseLocked"/> or another Database… code.</exception>
    public static async Task<LiveReader> OpenAsync(string path, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        var database = DatabaseInspector.Inspect(path, environment);
        if (database.IsEmpty || !database.IsWal)
            throw new LitestreamException(ErrorCode.DatabaseNotWal, $"'{path}' is not in WAL mode, so nothing replicates it as it is.", path,
                "Give the database that is replicated.");
        // an empty one may be another drill's, which could not take it along while this one had it open
        var former = environment.Files.Find(path + "-wal") is { Length: > 0 } ? SourceFiles.Of(path, environment.Files).Wal : null;
        for (var tries = 1; ; tries++)
        {
            try
            {
                UnlockedUser.EnsureNone(path, SourceFiles.Of(path, environment.Files), environment.Files);
                if (TryOpen(database, former, environment) is { } reader) return reader;
            }
            catch (LitestreamException e) when (e.Code == ErrorCode.DatabaseLocked && tries < MaxTries)
            {
                // who is just opening it has no lock for a moment
            }

            if (tries == MaxTries)
                throw new LitestreamException(ErrorCode.DatabaseLocked, $"'{path}' can't be read: it is locked by another process.", path,
                    "Try again when no long exclusive transaction is open.");
            await Task.Delay(s_between, environment.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Bytes of the database.</summary>
    public long Length => _view.Length;

    /// <summary>Reads the whole database.</summary>
    /// <param name="progress">Is told the bytes done.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LitestreamException">It can't be read.</exception>
    public DatabaseImage Read(Action<long> progress, CancellationToken cancellationToken) => Named(() =>
    {
        var image = new DatabaseImage(_view.PageSize);
        _view.Read((_, pages) => image.Add(pages), progress, cancellationToken);
        return image;
    });

    /// <summary>Reads the first column of a query's rows.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LitestreamException">It can't be read.</exception>
    public IReadOnlyList<string> ReadColumn(string sql, CancellationToken cancellationToken) => Named(() => _view.ReadColumn(sql, cancellationToken));

    /// <summary>Does what the transaction is needed for, as long as the database has its files: an application from which somebody removes the WAL or the wal-index brings what it has committed into the
    /// file by its close, if that is the last one.</summary>
    /// <param name="work">Is cancelled when they are not the same any more; this is to be disposed of then.</param>
    /// <param name="cancellationToken">Ends it, too.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: they were removed or replaced.</exception>
    public async Task<T> WhileSameAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = work(end.Token);
        while (!working.IsCompleted && !end.IsCancellationRequested)
        {
            await Task.WhenAny(working, Task.Delay(s_look, _environment.Time, end.Token)).ConfigureAwait(false);
            if (!HasSameFiles()) await end.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            return await working.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreadable(new WalReplacedException());
        }
    }

    /// <summary>Ends the transaction.</summary>
    public void Dispose()
    {
        _view.Dispose();
        try
        {
            if (_made is { Database: { } file, WalIndex: { } index } made && _environment.Files.TryGuardLocks(_database.Path, file, index) is { } locks) CloseWithoutWal(made, locks);
        }
        catch (Exception e) when (e is LitestreamException || FileErrors.IsFileError(e))
        {
            // they are left, empty
        }
        finally
        {
            _probe.Dispose();
        }
    }

    /// <summary>A -wal and a -shm that were made by this opening, or are of no use to anybody, go with it, as with any application's, where nothing is in them and nobody uses them: they are of our account, which may
    /// keep another one's out.</summary>
    private void CloseWithoutWal(SourceFiles made, ILockGuard locks)
    {
        using var guard = new SourceGuard(_database, made, locks, _environment);
        // else SQLite would bring into the file what somebody has left there who died
        if (guard.MayCloseLast && !_probe.TryReadWal(stackalloc byte[WalHeader.Size], 0)) _probe.CloseAsApplication();
        _probe.Dispose();
        guard.TryRemoveWal(CapturePoint.None);
    }

    private T Named<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ContinuityLostException e)
        {
            throw Unreadable(e);
        }
    }

    private LitestreamException Unreadable(ContinuityLostException why) => new(ErrorCode.DatabaseError, $"'{_database.Path}' can't be read at one commit: {why.Message}.", _database.Path,
        "Let nothing replace the files of the database, and try again.", why);

    private bool HasSameFiles()
    {
        try
        {
            return SourceFiles.Of(_database.Path, _environment.Files) == _files;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return false;
        }
    }

    private static LiveReader? TryOpen(DatabaseInfo database, FileIdentity? formerWal, EngineEnvironment environment)
    {
        var probe = Open();
        try
        {
            var before = SourceFiles.Of(database.Path, environment.Files).Database;
            // a connection that has never read knows nothing of the WAL, and would say of none that it is backfilled
            var isOpen = probe.TryBeginRead();
            probe.EndTransaction();
            var view = isOpen ? DatabaseView.TryOpen(Open, database.PageSize, () => probe.Checkpoint(CheckpointMode.Ask).IsComplete, () => EnsureSame(before)) : null;
            if (view is not null)
            {
                // the last one to close may have removed the one that was there just now
                var files = SourceFiles.Of(database.Path, environment.Files);
                return new(database, probe, view, files, isMade: files.Wal != formerWal, environment);
            }

            probe.Dispose();
            return null;
        }
        catch
        {
            probe.Dispose();
            throw;
        }

        DatabaseConnection Open() => DatabaseConnection.Open(database.Path, environment.VfsName);

        void EnsureSame(FileIdentity? before)
        {
            if (SourceFiles.Of(database.Path, environment.Files).Database != before) throw new DatabaseReplacedException("the database was replaced by another file");
        }
    }
}
