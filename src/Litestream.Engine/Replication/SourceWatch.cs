using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Replication;

/// <summary>Lets the loop hear of changes at once. While they come all the time it does not listen: the loop looks often enough then, and each
/// write would cost the writer and us a notification.</summary>
/// <param name="options">Which database.</param>
/// <param name="files">Watches.</param>
/// <param name="events">Is told when nothing can be watched.</param>
/// <param name="changed">Is called when something may have changed, on any thread.</param>
/// <param name="isResting">Whether SQLite writes nothing to the database file: whoever does then is to be heard of at once, on any thread.</param>
internal sealed class SourceWatch(ReplicationOptions options, IFileSystem files, EventLog events, Action changed, Func<bool> isResting)
{
    /// <summary>After this time of changes at every look it does not listen.</summary>
    private static readonly TimeSpan s_steady = TimeSpan.FromSeconds(1);

    /// <summary>After this time without any it listens again: a burst may begin at any moment, and looks are too rare to see that in time.</summary>
    private static readonly TimeSpan s_still = TimeSpan.FromMilliseconds(200);

    /// <summary>After this time it is tried again to listen where that was not possible.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromMinutes(1);

    private IDisposable? _watch;
    private IDisposable? _fileWatch;
    private DateTimeOffset? _busySince;
    private DateTimeOffset _lastFound;
    private DateTimeOffset? _nextTry;
    private bool _isUnable;

    /// <summary>Whether changes are not told, as they come all the time: somebody has to look.</summary>
    public bool IsDeaf { get; private set; }

    /// <summary>Whether each change is told at once, so that it is enough to look rarely where none is.</summary>
    public bool TellsAtOnce => _watch is not null && files.TellsAtOnce;

    /// <summary>Listens to the folder that its name leads to by now. To be called whenever the database was opened anew: the watch of a folder that was replaced stays with the former one.</summary>
    public void Renew()
    {
        if (_watch is null && !_isUnable) return; // it does not listen now
        var (watch, fileWatch) = (_watch, _fileWatch);
        Listen();
        watch?.Dispose();
        fileWatch?.Dispose();
    }

    /// <summary>Begins to listen. A file system may not be able to watch, or have no watcher left: looking now and then is enough.</summary>
    public void Listen()
    {
        try
        {
            _watch = files.Watch(options.DatabasePath + "-wal", changed);
            _fileWatch = files.Watch(options.DatabasePath, TellAtRest);
            _isUnable = false;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            Close();
            if (_isUnable) return; // as was told
            _isUnable = true;
            events.Write(ReplicationEventKind.Unwatched, ReplicationSeverity.Warning,
                $"The database can't be watched for changes: it is looked at every {options.PollInterval.InSeconds()} instead.", error: e);
        }
    }

    /// <summary>Notes that the database was looked at.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isFound">Whether there was something new.</param>
    /// <returns>Whether it listens again from now on: what came before that is to be looked for.</returns>
    public bool Looked(DateTimeOffset now, bool isFound)
    {
        var isStill = now - _lastFound >= s_steady;
        if (isFound)
        {
            if (isStill) _busySince = null;
            (_busySince, _lastFound) = (_busySince ?? now, now);
            if (_watch is null || now - _busySince < s_steady) return false;
            Close();
            IsDeaf = true;
            return false;
        }

        if (IsDeaf ? now - _lastFound < s_still : !_isUnable || now < (_nextTry ??= now + s_retry)) return false;
        (IsDeaf, _nextTry, _busySince) = (false, null, null);
        Listen();
        return !_isUnable;
    }

    /// <summary>Ends listening.</summary>
    public void Close()
    {
        _watch?.Dispose();
        _fileWatch?.Dispose();
        (_watch, _fileWatch) = (null, null);
    }

    private void TellAtRest()
    {
        if (isResting()) changed();
    }
}
