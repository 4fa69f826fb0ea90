using BenchmarkDotNet.Attributes;
using Litestream.Engine.Sqlite;

namespace Litestream.Bench.Micro;

/// <summary>The WAL's checksum over a page.</summary>
public class ChecksumBenchmarks
{
    private readonly byte[] _page = Pages.Make(1);

    /// <summary>As machines of today write it.</summary>
    [Benchmark]
    public WalChecksum LittleEndian() => new WalChecksum(1, 2).Append(_page, bigEndian: false);

    /// <summary>As a database from a big-endian machine has it.</summary>
    [Benchmark]
    public WalChecksum BigEndian() => new WalChecksum(1, 2).Append(_page, bigEndian: true);
}
