using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.Disks;

/// <summary>A file's content as programs see it, as it is on the device, and the changes between the two.</summary>
internal sealed class DiskFile(ulong number, DiskChanges changes) : DiskEntry
{
    private const int SectorSize = 512;

    private readonly List<Change> _pending = [];
    private bool _ownsContent = true;
    private bool _ownsDurable = true;
    private byte[] _content = [];
    private byte[] _durable = [];
    private int _durableLength;

    /// <summary>The inode.</summary>
    public ulong Number => number;

    public int Length { get; private set; }

    public DateTimeOffset ModifiedAt { get; set; }

    /// <summary>What the processes share that have this file open as a wal-index.</summary>
    public SharedMemory? Memory { get; set; }

    /// <summary>SQLite's locks on it, if it is a database.</summary>
    public DatabaseLocks Locks { get; } = new();

    /// <inheritdoc/>
    public override bool HasPending => _pending.Count > 0;

    public ReadOnlySpan<byte> Content => _content.AsSpan(0, Length);

    public int Read(Span<byte> buffer, long offset)
    {
        var count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        if (count > 0) _content.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        changes.Add();
        Own(ref _content, ref _ownsContent);
        var length = Length;
        Apply(ref _content, ref length, bytes, (int)offset);
        Length = length;
        _pending.Add(new((int)offset, bytes.ToArray(), Length));
    }

    public void SetLength(long length)
    {
        changes.Add();
        Own(ref _content, ref _ownsContent);
        var present = Length;
        Cut(ref _content, ref present, (int)length);
        Length = present;
        _pending.Add(new((int)length, null, Length));
    }

    /// <summary>Everything written is on the device.</summary>
    public void Flush()
    {
        if (_pending.Count == 0) return;
        changes.Add();
        foreach (var change in _pending) Replay(change);
        _pending.Clear();
    }

    /// <summary>Each sector may stand at any of its unflushed versions, and so may the length; or nothing, or all of it was
    /// written just in time. What was cut off is gone only with the length that cut it: no file system empties the sectors of a file that it
    /// still says to be as long as it was, and SQLite, which cuts its WAL without a flush, counts on that.</summary>
    public override void LosePower(Random? random)
    {
        switch (random?.Next(4))
        {
            case null or 0:
                break;
            case 1:
                Flush();
                break;
            case 2:
                foreach (var change in _pending.Take(random!.Next(_pending.Count + 1))) Replay(change);
                break;
            default:
                KeepSectors(random!);
                break;
        }

        changes.Add();
        _content = _durable.AsSpan(0, _durableLength).ToArray();
        _ownsContent = true;
        Length = _durableLength;
        _pending.Clear();
        Memory = null;
        Locks.Clear();
    }

    /// <inheritdoc/>
    public override DiskEntry Fork(Dictionary<DiskEntry, DiskEntry> made, DiskChanges changes)
    {
        if (made.TryGetValue(this, out var there)) return there;
        _ownsContent = _ownsDurable = false;
        var fork = new DiskFile(number, changes)
        {
            _content = _content,
            _durable = _durable,
            _durableLength = _durableLength,
            _ownsContent = false,
            _ownsDurable = false,
            Length = Length,
            ModifiedAt = ModifiedAt,
        };
        fork._pending.AddRange(_pending);
        made.Add(this, fork);
        return fork;
    }

    private void KeepSectors(Random random)
    {
        if (_pending.Count == 0) return;
        var cuts = new SortedDictionary<int, int>();
        var lastSize = random.Next(_pending.Count + 1);
        var length = lastSize == 0 ? _durableLength : _pending[lastSize - 1].Length;
        for (var number = 0; number < _pending.Count; number++)
        {
            var change = _pending[number];
            var end = change.Bytes is null ? Math.Max(Length, _content.Length) : change.Offset + change.Bytes.Length;
            for (var sector = change.Offset / SectorSize; sector * SectorSize < end; sector++)
                cuts.TryAdd(sector, random.Next(_pending.Count + 1));
        }

        foreach (var (sector, cut) in cuts)
            for (var number = 0; number < cut; number++)
                if (_pending[number].Bytes is not null || number < lastSize) ReplaySector(_pending[number], sector * SectorSize);
        Own(ref _durable, ref _ownsDurable);
        Cut(ref _durable, ref _durableLength, length);
    }

    private void ReplaySector(Change change, int start)
    {
        Own(ref _durable, ref _ownsDurable);
        var from = Math.Max(start, change.Offset);
        if (change.Bytes is { } bytes)
        {
            var to = Math.Min(start + SectorSize, change.Offset + bytes.Length);
            if (from < to) Apply(ref _durable, ref _durableLength, bytes.AsSpan(from - change.Offset, to - from), from);
        }
        else if (from < Math.Min(start + SectorSize, _durableLength))
        {
            _durable.AsSpan(from, Math.Min(start + SectorSize, _durableLength) - from).Clear();
        }
    }

    private void Replay(Change change)
    {
        Own(ref _durable, ref _ownsDurable);
        if (change.Bytes is { } bytes) Apply(ref _durable, ref _durableLength, bytes, change.Offset);
        else Cut(ref _durable, ref _durableLength, change.Offset);
    }

    private static void Own(ref byte[] content, ref bool isOwn)
    {
        if (!isOwn) content = [.. content];
        isOwn = true;
    }

    private static void Apply(ref byte[] content, ref int length, ReadOnlySpan<byte> bytes, int offset)
    {
        if (offset + bytes.Length > length) Cut(ref content, ref length, offset + bytes.Length);
        bytes.CopyTo(content.AsSpan(offset));
    }

    private static void Cut(ref byte[] content, ref int length, int wanted)
    {
        if (wanted > content.Length) Array.Resize(ref content, Math.Max(wanted, content.Length * 2));
        if (wanted < length) content.AsSpan(wanted, length - wanted).Clear();
        length = wanted;
    }

    /// <summary>A write, or with no bytes a new length.</summary>
    private readonly record struct Change(int Offset, byte[]? Bytes, int Length);
}
