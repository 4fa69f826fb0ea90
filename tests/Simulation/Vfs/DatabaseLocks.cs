using SQLitePCL;

namespace Litestream.Simulation.Vfs;

/// <summary>The locks of one database file: shared by many, reserved, pending and exclusive by one (SQLite, lockingv3).</summary>
internal sealed class DatabaseLocks
{
    private const int Shared = 1;
    private const int Reserved = 2;
    private const int Pending = 3;

    private readonly List<OpenFile> _shared = [];
    private OpenFile? _writer;
    private OpenFile? _pending;

    public bool IsReserved => _writer is not null || _pending is not null;

    /// <summary>Raises a lock; SQLITE_BUSY when somebody is in the way.</summary>
    public int Lock(OpenFile file, int wanted)
    {
        if (file.LockLevel >= wanted) return raw.SQLITE_OK;
        if (wanted == Shared)
        {
            if (_pending is not null) return raw.SQLITE_BUSY;
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
                if (_shared.Exists(f => f != file)) return raw.SQLITE_BUSY;
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
        (_writer, _pending) = (null, null);
    }

}
