using SQLitePCL;

namespace Litestream.Simulation.Vfs;

/// <summary>The locks of one database file: shared by many, reserved, pending and exclusive by one (SQLite, lockingv3).</summary>
internal sealed class DatabaseLocks
{
    private const int Shared = 1;
    private const int Reserved = 2;
    private const int Pending = 3;
    private const int Exclusive = 4;

    private readonly List<OpenFile> _shared = [];
    private OpenFile? _writer;
    private readonly List<object> _guards = [];
    private OpenFile? _pending;
    private object? _alone;

    public bool IsReserved => _writer is not null || _pending is not null;

    /// <summary>Raises a lock; SQLITE_BUSY when somebody is in the way.</summary>
    public int Lock(OpenFile file, int wanted)
    {
        if (file.LockLevel >= wanted) return raw.SQLITE_OK;
        if (wanted == Shared)
        {
            if (_pending is not null || _alone is not null) return raw.SQLITE_BUSY;
            _shared.Add(file);
        }
        else
        {
            if (_writer is not null && _writer != file || _pending is not null && _pending != file) return raw.SQLITE_BUSY;
            if (wanted == Reserved)
            {
                _writer = file;
            }
            else
            {
                _pending = file;
                file.LockLevel = Math.Max(file.LockLevel, Pending);
                if (_shared.Exists(f => f != file) || _guards.Count > 0) return raw.SQLITE_BUSY;
                _writer = file;
            }
        }

        file.LockLevel = wanted;
        return raw.SQLITE_OK;
    }

    /// <summary>Lowers a lock to shared or none.</summary>
    public void Unlock(OpenFile file, int wanted)
    {
        if (file.LockLevel <= wanted) return;
        if (_writer == file) _writer = null;
        if (_pending == file) _pending = null;
        if (wanted < Shared) _shared.Remove(file);
        file.LockLevel = wanted;
    }

    public void Clear()
    {
        _shared.Clear();
        _guards.Clear();
        (_writer, _pending, _alone) = (null, null, null);
    }

    /// <summary>Takes a lock that is shared with connections, but belongs to none; false when somebody has the file alone.</summary>
    public bool TryGuard(object guard)
    {
        if (_alone is not null || _writer is { LockLevel: Exclusive }) return false;
        _guards.Add(guard);
        return true;
    }

    /// <summary>Takes the file for a guard alone; false when somebody else uses it.</summary>
    public bool TryTakeAlone(object guard)
    {
        if (_shared.Count > 0 || _writer is not null || _pending is not null || _alone is not null && _alone != guard || _guards.Exists(g => g != guard)) return false;
        _alone = guard;
        return true;
    }

    /// <summary>Lets a guard's lock go.</summary>
    public void LetGo(object guard)
    {
        _guards.Remove(guard);
        if (_alone == guard) _alone = null;
    }
}
