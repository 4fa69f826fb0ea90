using System.Runtime.InteropServices;
using Litestream.Engine.Sqlite;
using Litestream.Simulation.Disks;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Checks;

/// <summary>Every state that the database was ever in, in order, read from file, WAL and wal-index as they stand: not through
/// SQLite, which would take locks and part in what happens.</summary>
internal sealed class CommittedStates(Disk disk, string path, int pageSize)
{
    private const int HeaderSize = 48;

    private readonly Dictionary<ulong, int> _last = [];
    private readonly byte[] _header = new byte[HeaderSize];

    /// <summary>The same states, seen on from here on another disk.</summary>
    public CommittedStates Fork(Disk other)
    {
        var fork = new CommittedStates(other, path, pageSize) { Present = Present, PresentHash = PresentHash };
        foreach (var (hash, number) in _last) fork._last.Add(hash, number);
        _header.CopyTo(fork._header, 0);
        return fork;
    }

    /// <summary>Looks before an operation of which two states could come.</summary>
    public void Witness(Operation operation, string target)
    {
        // who repairs the wal-index and commits in one step has made two states
        if (operation is Operation.LockMemory or Operation.Unlock) Observe();
        // whoever closes last may repair, commit with that, and leave a wal-index like the one that was there at the start
        if (operation == Operation.Delete && target == path + "-wal") Forget();
    }

    /// <summary>Number of the present state; -1 before the first.</summary>
    public int Present { get; private set; } = -1;

    public ulong PresentHash { get; private set; }

    /// <summary>When a state was last the present one; null if never.</summary>
    public int? Find(ulong hash) => _last.TryGetValue(hash, out var number) ? number : null;

    /// <summary>The same of a database file.</summary>
    public int? FindContent(ReadOnlySpan<byte> file) => Find(PageHash.Of(file, pageSize));

    /// <summary>Notes the present state if it is another one.</summary>
    public void Observe()
    {
        if (disk.FindFile(path + "-shm")?.Memory is not { Users.Count: > 0, Regions.Count: > 0 } memory) return;
        var index = memory.Regions[0].AsSpan();
        var header = index[..HeaderSize];
        var isWhole = header[12] != 0 && header.SequenceEqual(index.Slice(HeaderSize, HeaderSize));
        if (!isWhole || header.SequenceEqual(_header)) return;
        if (disk.FindFile(path + "-wal") is not { } wal) return;
        header.CopyTo(_header);
        Note(Read(wal, MemoryMarshal.Read<uint>(header[16..]), MemoryMarshal.Read<uint>(header[20..])));
    }

    /// <summary>The wal-index is gone: what stands in it next is news.</summary>
    public void Forget() => _header.AsSpan().Clear();

    private void Note(ulong hash)
    {
        if (Present >= 0 && hash == PresentHash) return;
        PresentHash = hash;
        _last[hash] = ++Present;
    }

    private ulong Read(DiskFile wal, uint lastFrame, uint pageCount)
    {
        var file = disk.FindFile(path)!;
        if (lastFrame == 0) return PageHash.Of(file.Content, pageSize);
        var frames = new Dictionary<uint, long>();
        Span<byte> frame = stackalloc byte[WalFrameHeader.Size];
        for (var number = 0u; number < lastFrame; number++)
        {
            var offset = WalHeader.Size + (long)number * (WalFrameHeader.Size + pageSize);
            wal.Read(frame, offset);
            frames[WalFrameHeader.Read(frame).PageNumber] = offset + WalFrameHeader.Size;
        }

        var hash = (ulong)pageCount * (ulong)pageSize;
        var page = new byte[pageSize];
        for (var number = 1u; number <= pageCount; number++)
        {
            Array.Clear(page);
            if (frames.TryGetValue(number, out var offset)) wal.Read(page, offset);
            else file.Read(page, (long)(number - 1) * pageSize);
            hash += PageHash.Of(number, page);
        }

        return hash;
    }
}
