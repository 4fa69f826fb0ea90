using Litestream.Simulation.Machines;
using static Litestream.Simulation.Vfs.VfsCodes;

namespace Litestream.Simulation.Vfs;

/// <summary>What SQLite asks of an open file.</summary>
internal sealed class VfsFiles(Machine machine)
{
    public int Read(OpenFile file, Span<byte> buffer, long offset)
    {
        if (Enter(file, Operation.Read, offset, buffer.Length) != Fault.None)
        {
            buffer.Clear();
            return IoErrorRead;
        }

        var count = file.File.Read(buffer, offset);
        buffer[count..].Clear();
        return count == buffer.Length ? Ok : IoErrorShortRead;
    }

    public int Write(OpenFile file, ReadOnlySpan<byte> bytes, long offset)
    {
        switch (Enter(file, Operation.Write, offset, bytes.Length))
        {
            case Fault.None:
                machine.Watcher?.BeforeWrite(file.Process, file.Path, file.File, bytes, offset);
                Store(file, bytes, offset);
                return Ok;
            case Fault.TornWrite:
                Store(file, bytes[..machine.Random.Next(bytes.Length)], offset);
                if (machine.Random.Next(2) == 0) return Full;
                machine.Kill(file.Process);
                return IoErrorWrite;
            case Fault.Full:
                return Full;
            default:
                return IoErrorWrite;
        }
    }

    public int Truncate(OpenFile file, long length)
    {
        if (Enter(file, Operation.Truncate, length, 0) != Fault.None) return IoErrorTruncate;
        file.File.SetLength(length);
        return Ok;
    }

    public int Flush(OpenFile file)
    {
        if (Enter(file, Operation.Flush) != Fault.None) return IoErrorFlush;
        file.File.Flush();
        file.UnflushedFolder?.Flush();
        file.UnflushedFolder = null;
        return Ok;
    }

    public int Size(OpenFile file, out long size)
    {
        size = 0;
        if (Enter(file, Operation.Size) != Fault.None) return IoErrorSize;
        size = file.File.Length;
        return Ok;
    }

    public int Lock(OpenFile file, int level) =>
        Enter(file, Operation.Lock, level) != Fault.None ? IoErrorLock : file.File.Locks.Lock(file, level);

    public int Unlock(OpenFile file, int level)
    {
        if (Enter(file, Operation.Unlock, level) == Fault.None) file.File.Locks.Unlock(file, level);
        return Ok;
    }

    public int MapMemory(OpenFile file, int number, int size, bool extend, out byte[]? region)
    {
        region = null;
        if (Enter(file, Operation.MapMemory, number) != Fault.None) return IoErrorMemoryMap;
        file.Memory ??= Join(file);
        region = file.Memory.Map(number, size, extend);
        if (region is not null) file.Mapped.Add(region);
        return Ok;
    }

    public int LockMemory(OpenFile file, int first, int count, int flags)
    {
        var isUnlock = (flags & 1) != 0;
        var fault = Enter(file, isUnlock ? Operation.Unlock : Operation.LockMemory, first << 8 | flags, count);
        if (fault != Fault.None) return isUnlock ? Ok : IoErrorMemoryLock;
        return file.Memory?.Lock(file, first, count, flags) ?? IoErrorMemoryLock;
    }

    public void Barrier(OpenFile file) => Enter(file, Operation.Barrier);

    public int UnmapMemory(OpenFile file, bool delete)
    {
        if (Enter(file, Operation.Close) != Fault.None || file.Memory is not { } memory) return Ok;
        memory.Leave(file);
        file.Memory = null;
        if (delete && memory.Users.Count == 0) machine.Disk.Delete(file.Path + "-shm");
        return Ok;
    }

    public bool HasMoved(OpenFile file) => machine.Disk.Find(file.Path) != file.File;

    public void Close(OpenFile file)
    {
        _ = Enter(file, Operation.Close);
        file.Abandon();
        file.Process.OpenFiles.Remove(file);
        if (file.DeletesOnClose && !file.Process.IsDead) machine.Disk.Delete(file.Path);
    }

    /// <summary>The first to open a wal-index empties it: nobody could have vouched for it meanwhile.</summary>
    private SharedMemory Join(OpenFile file)
    {
        var path = file.Path + "-shm";
        var index = machine.Disk.FindFile(path) ?? machine.Disk.CreateFile(path, machine.Clock.GetUtcNow());
        if (index.Memory is not { Users.Count: > 0 }) index.Memory = new();
        index.Memory.Users.Add(file);
        return index.Memory;
    }

    private void Store(OpenFile file, ReadOnlySpan<byte> bytes, long offset)
    {
        file.File.Write(bytes, offset);
        file.File.ModifiedAt = machine.Clock.GetUtcNow();
    }

    private Fault Enter(OpenFile file, Operation operation, long offset = 0, long length = 0) =>
        machine.Enter(file.Process, operation, file.Path, offset, length);
}
