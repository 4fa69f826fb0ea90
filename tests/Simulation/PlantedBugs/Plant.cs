using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;
using Litestream.Simulation.Disks;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>What planted bugs do beside the engine: reopen a moved WAL, take up an older state or another page map.</summary>
internal sealed class Plant(PlantedBug bug, Disk disk, ReplicationOptions options)
{
    private const int StatesBack = 4;

    private readonly List<byte[]> _states = [];
    private DiskFile? _wal;

    private string StatePath => options.MetadataPath + "/state";

    private string FormerStatePath => options.MetadataPath + "/former";

    /// <summary>Whether the WAL at the path is another one, and a session is to be opened anew without a word.</summary>
    public bool Reopens(bool isOpen)
    {
        if (bug != PlantedBug.WalReopenedByPath) return false;
        var wal = disk.FindFile(options.DatabasePath + "-wal");
        var hasMoved = isOpen && _wal is not null && wal != _wal;
        if (!isOpen || hasMoved || _wal is null) _wal = wal;
        return hasMoved;
    }

    /// <summary>Puts an older state aside.</summary>
    public void Remember()
    {
        if (bug != PlantedBug.OverlappingShipment || disk.FindFile(StatePath) is not { } state) return;
        if (_states.Count > 0 && state.Content.SequenceEqual(_states[^1])) return;
        _states.Add(state.Content.ToArray());
        var former = disk.FindFile(FormerStatePath) ?? disk.CreateFile(FormerStatePath, default);
        former.SetLength(0);
        former.Write(_states[Math.Max(0, _states.Count - StatesBack)], 0);
    }

    /// <summary>Takes up the older state.</summary>
    public void SetBack()
    {
        if (bug != PlantedBug.OverlappingShipment) return;
        if (disk.FindFile(FormerStatePath) is not { Length: > 0 } former || disk.FindFile(StatePath) is not { } state) return;
        state.SetLength(0);
        state.Write(former.Content, 0);
        former.SetLength(0);
    }

    /// <summary>Puts the pages of the database file in the place of what the stream holds.</summary>
    public void Overwrite(PageMap? pages)
    {
        if (bug != PlantedBug.PageMapOfAnotherPosition || pages is null) return;
        var file = disk.FindFile(options.DatabasePath)!.Content;
        if (!DatabaseHeader.TryParse(file, out var header)) return;
        var changes = new PageChanges();
        for (var page = 0; (page + 1) * header.PageSize <= file.Length; page++)
            changes.Set((uint)page + 1, PageDigest.Of(file.Slice(page * header.PageSize, header.PageSize)));
        changes.SetCount((uint)(file.Length / header.PageSize));
        pages.Apply(changes);
    }
}
