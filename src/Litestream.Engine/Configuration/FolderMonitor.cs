using System.Collections.Concurrent;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Configuration;

/// <summary>Tells which databases come to a folder and go from it: soon by what the system tells, and by looks of its own in any case.</summary>
public sealed class FolderMonitor : IDisposable
{
    /// <summary>The system may tell nothing, or too little.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    /// <summary>Whoever makes a database does so in several steps.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a database may be away, as when it is replaced, or may take to be switched to WAL mode.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly DatabaseFolder _folder;
    private readonly Func<string, bool> _isMeant;
    private readonly EngineEnvironment _environment;
    private readonly FolderScan _scan;
    private readonly Signal _changed = new();

    /// <summary>What is there, with the time since when it is missing.</summary>
    private readonly ConcurrentDictionary<string, long?> _known;
    private readonly Dictionary<string, long> _notWal = new(StringComparer.Ordinal);
    private HashSet<string> _told = [];
    private IDisposable? _watch;
    private FileIdentity? _watched;

    /// <summary>Begins with what is known to be there.</summary>
    /// <param name="folder">Which folder.</param>
    /// <param name="isMeant">Whether one of its databases is this folder's, and no other entry's.</param>
    /// <param name="known">Full paths of databases that have come already.</param>
    /// <param name="environment">Files, time and VFS.</param>
    public FolderMonitor(DatabaseFolder folder, Func<string, bool> isMeant, IEnumerable<string> known, EngineEnvironment environment)
    {
        (_folder, _isMeant, _environment) = (folder, isMeant, environment);
        _scan = new(folder, environment);
        _known = new(known.Select(p => KeyValuePair.Create<string, long?>(p, null)), StringComparer.Ordinal);
    }

    /// <summary>Waits until a look may be worth while.</summary>
    /// <param name="limit">How long at most; null for as long as it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitAsync(TimeSpan? limit, CancellationToken cancellationToken)
    {
        var wait = limit is { } shorter && shorter < s_interval ? shorter : s_interval;
        if (await _changed.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _environment.Time, cancellationToken).ConfigureAwait(false))
            await Task.Delay(s_settling, _environment.Time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a wait.</summary>
    public void Wake() => _changed.Set();

    /// <summary>Looks what is new.</summary>
    /// <param name="cancellationToken">Ends the look.</param>
    public FolderChanges Look(CancellationToken cancellationToken)
    {
        var failures = new List<LitestreamException>();
        Watch(failures); // before the look: what comes between both is seen by one of them
        var content = _scan.Look(p => _known.ContainsKey(p), cancellationToken);
        failures.AddRange(content.Failures);
        var present = content.Databases.Where(_isMeant).ToHashSet(StringComparer.Ordinal);
        var come = present.Where(p => !_known.ContainsKey(p) && IsReady(p, failures)).Order(StringComparer.Ordinal).ToList();
        foreach (var path in come) _known[path] = null;
        foreach (var path in _notWal.Keys.Where(p => !present.Contains(p)).ToList()) _notWal.Remove(path);
        var gone = _known.Keys.Where(p => IsGone(p, present.Contains(p))).Order(StringComparer.Ordinal).ToList();
        foreach (var path in gone) _known.TryRemove(path, out _);

        var former = _told;
        _told = [.. failures.Select(f => f.Message)];
        return new(come, gone, [.. failures.Where(f => !former.Contains(f.Message))]);
    }

    /// <summary>Lets a database come again with the next look.</summary>
    /// <param name="path">Its full path.</param>
    public void Forget(string path) => _known.TryRemove(path, out _);

    /// <inheritdoc/>
    public void Dispose() => _watch?.Dispose();

    /// <summary>Nobody is there to be asked whether it may be switched to WAL mode: that is its application's, which may just be about to.</summary>
    private bool IsReady(string path, List<LitestreamException> failures)
    {
        try
        {
            if (DatabaseInspector.Inspect(path, _environment).IsWal) return _notWal.Remove(path) || true;
            if (!_notWal.TryAdd(path, _environment.Time.GetTimestamp()) && _environment.Time.GetElapsedTime(_notWal[path]) >= s_patience)
                failures.Add(new(ErrorCode.DatabaseNotWal, $"'{path}' is not in WAL mode, which replication needs.", path,
                    "Let the application set PRAGMA journal_mode=wal: it is replicated from then on. Or start the replication again, which asks to switch it."));
            return false;
        }
        catch (LitestreamException e)
        {
            if (e.Code is not ErrorCode.DatabaseNotFound) failures.Add(e);
            return false;
        }
    }

    private bool IsGone(string path, bool isPresent)
    {
        if (isPresent || _environment.Files.Find(path) is { IsDirectory: false })
        {
            _known[path] = null;
            return false;
        }

        var since = _known[path] ??= _environment.Time.GetTimestamp();
        return _environment.Time.GetElapsedTime(since) >= s_patience;
    }

    private void Watch(List<LitestreamException> failures)
    {
        try
        {
            var identity = _environment.Files.Identify(_folder.Path);
            if (identity == _watched && (identity is null || _watch is not null)) return;
            // a folder of that name is another one now
            _watch?.Dispose();
            _watch = identity is null ? null : _environment.Files.WatchFolder(_folder.Path, _folder.Files.Depth != 0, Changed);
            _watched = identity;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // the system may have no watcher left, which is no want of the folder's
            failures.Add(new(ErrorCode.FileError, $"Can't watch '{_folder.Path}' for databases: {e.Message}", _folder.Path,
                $"It is looked at every {s_interval.InSeconds()} instead. On Linux fs.inotify.max_user_instances and max_user_watches say how much an account may watch.", e));
        }
    }

    /// <summary>Databases that are known change all the time; that one has gone is seen soon enough by the next look.</summary>
    private void Changed(string path)
    {
        if (!FilesBesideDatabases.IsOne(Path.GetFileName(path)) && (!_known.TryGetValue(path, out var missing) || missing is not null)) _changed.Set();
    }
}
