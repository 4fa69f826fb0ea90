namespace Litestream.Simulation.Disks;

/// <summary>A folder: its names as programs see them, as they are on the device, and the changes between the two, which reach
/// the device in order.</summary>
internal sealed class DiskFolder(DiskChanges changes) : DiskEntry
{
    private readonly List<(string Name, DiskEntry? Entry)[]> _pending = [];
    private readonly Dictionary<string, DiskEntry> _durable = new(StringComparer.Ordinal);

    public SortedDictionary<string, DiskEntry> Entries { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool HasPending => _pending.Count > 0 || Entries.Values.Any(e => e.HasPending);

    public DiskEntry? Find(string name) => Entries.GetValueOrDefault(name);

    /// <summary>Changes names as one: all of it reaches the device, or nothing.</summary>
    public void Change(params (string Name, DiskEntry? Entry)[] names)
    {
        foreach (var (name, entry) in names)
        {
            if (entry is null) Entries.Remove(name);
            else Entries[name] = entry;
        }

        changes.Add();
        _pending.Add(names);
    }

    /// <summary>The names are on the device.</summary>
    public void Flush() => Replay(_pending.Count);

    public override void LosePower(Random? random)
    {
        Replay(random?.Next(_pending.Count + 1) ?? 0);
        _pending.Clear();
        Entries.Clear();
        foreach (var (name, entry) in _durable) Entries[name] = entry;
        foreach (var entry in Entries.Values) entry.LosePower(random);
    }

    /// <inheritdoc/>
    public override DiskEntry Fork(Dictionary<DiskEntry, DiskEntry> made, DiskChanges changes)
    {
        if (made.TryGetValue(this, out var there)) return there;
        var fork = new DiskFolder(changes);
        made.Add(this, fork);
        foreach (var (name, entry) in Entries) fork.Entries.Add(name, entry.Fork(made, changes));
        foreach (var (name, entry) in _durable) fork._durable.Add(name, entry.Fork(made, changes));
        fork._pending.AddRange(_pending.Select(names => Array.ConvertAll(names, n => (n.Name, n.Entry?.Fork(made, changes)))));
        return fork;
    }

    private void Replay(int count)
    {
        if (count > 0) changes.Add();
        foreach (var (name, entry) in _pending.Take(count).SelectMany(c => c))
        {
            if (entry is null) _durable.Remove(name);
            else _durable[name] = entry;
        }

        _pending.RemoveRange(0, count);
    }
}
