using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;

namespace Litestream.Stress.Clients;

/// <summary>What the writers were told by SQLite: the last committed number of each.</summary>
internal sealed class Confirmations
{
    private readonly ConcurrentDictionary<int, long> _last = new();
    private long _count;

    /// <summary>How many commits were confirmed, to killed writers too.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Takes a line of a client; false if it is no confirmation. A line that a killed writer did not finish is none.</summary>
    public bool Read(string line)
    {
        if (line.Split(' ') is not ["c", var writer, var seq, { Length: > 10 }]) return false;
        Interlocked.Increment(ref _count);
        var number = long.Parse(seq, CultureInfo.InvariantCulture);
        _last.AddOrUpdate(int.Parse(writer, CultureInfo.InvariantCulture), number, (_, before) => Math.Max(before, number));
        return true;
    }

    /// <summary>How things stand now.</summary>
    public ImmutableDictionary<int, long> Now() => _last.ToImmutableDictionary();
}
