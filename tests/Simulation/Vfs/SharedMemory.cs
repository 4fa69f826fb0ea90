using SQLitePCL;

namespace Litestream.Simulation.Vfs;

/// <summary>A wal-index in memory, shared by the connections that have it mapped, with its eight locks.</summary>
internal sealed class SharedMemory
{
    private const int LockCount = 8;
    private const int FlagLock = 2;
    private const int FlagExclusive = 8;

    private readonly List<byte[]> _regions = [];
    private readonly List<OpenFile>[] _shared = [.. Enumerable.Range(0, LockCount).Select(_ => new List<OpenFile>())];
    private readonly OpenFile?[] _exclusive = new OpenFile?[LockCount];

    /// <summary>Connections that have it mapped.</summary>
    public List<OpenFile> Users { get; } = [];

    /// <summary>The memory, in pinned pieces of 32 KiB.</summary>
    public IReadOnlyList<byte[]> Regions => _regions;

    /// <summary>Maps a piece; null when it does not exist and is not to be made.</summary>
    public byte[]? Map(int number, int size, bool extend)
    {
        if (number >= _regions.Count && !extend) return null;
        while (number >= _regions.Count) _regions.Add(GC.AllocateArray<byte>(size, pinned: true));
        return _regions[number];
    }

    public int Lock(OpenFile file, int first, int count, int flags)
    {
        var slots = Enumerable.Range(first, count);
        if ((flags & FlagLock) == 0)
        {
            foreach (var slot in slots) Release(file, slot);
            return raw.SQLITE_OK;
        }

        var exclusive = (flags & FlagExclusive) != 0;
        foreach (var slot in slots)
        {
            if (_exclusive[slot] is { } owner && owner != file) return raw.SQLITE_BUSY;
            if (exclusive && _shared[slot].Exists(f => f != file)) return raw.SQLITE_BUSY;
        }

        foreach (var slot in slots)
        {
            if (exclusive) _exclusive[slot] = file;
            else if (!_shared[slot].Contains(file)) _shared[slot].Add(file);
        }

        return raw.SQLITE_OK;
    }

    /// <summary>Whether a connection holds one of the locks.</summary>
    public bool HoldsLock(OpenFile file) => Array.Exists(_exclusive, f => f == file) || Array.Exists(_shared, s => s.Contains(file));

    /// <summary>The same memory in another machine, with nobody in it.</summary>
    public SharedMemory Copy()
    {
        var copy = new SharedMemory();
        foreach (var region in _regions) region.CopyTo(copy.Map(copy._regions.Count, region.Length, extend: true)!, 0);
        return copy;
    }

    /// <summary>A connection is gone, with its locks.</summary>
    public void Leave(OpenFile file)
    {
        for (var slot = 0; slot < LockCount; slot++) Release(file, slot);
        Users.Remove(file);
    }

    private void Release(OpenFile file, int slot)
    {
        if (_exclusive[slot] == file) _exclusive[slot] = null;
        _shared[slot].Remove(file);
    }
}
