namespace Litestream.Simulation.Disks;

/// <summary>A folder: its names as programs see them, as they are on the device, and the changes between the two, which reach
/// the device in order.</summary>
internal sealed class DiskFolder : DiskEntry
{
    private readonly List<(string Name, DiskEntry? Entry)[]> _pending = [];
    private readonly Dictionary<string, DiskEntry> _durable = new(StringComparer.Ordinal);

    public SortedDictionary<string, DiskEntry> Entries { get; } = new(StringComparer.Ordinal);

    public DiskEntry? Find(string name) => Entries.GetValueOrDefault(name);

    /// <summary>Changes names as one: all of it reaches the device, or nothing.</summary>
    public void Change(params (string Name, DiskEntry? Entry)[] changes)
    {
        foreach (var (name, entry) in changes)
        {
            if (entry is null) Entries.Remove(name);
            else Entries[name] = entry;
        }

        _pending.Add(changes);
    }

    /// <summary>The names are on the device.</summary>
    public void Flush() => Replay(_pending.Count);

    public override void LosePower(Random random)
    {
        Replay(random.Next(_pending.Count + 1));
        _pending.Clear();
        Entries.Clear();
        foreach (var (name, entry) in _durable) Entries[name] = entry;
        foreach (var entry in Entries.Values) entry.LosePower(random);
    }

    private void Replay(int count)
    {
        foreach (var (name, entry) in _pending.Take(count).SelectMany(c => c))
        {
            if (entry is null) _durable.Remove(name);
            else _durable[name] = entry;
        }

        _pending.RemoveRange(0, count);
    }
}
