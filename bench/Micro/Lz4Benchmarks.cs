using BenchmarkDotNet.Attributes;
using Litestream.Engine.Format;

namespace Litestream.Bench.Micro;

/// <summary>Compression of a small segment and of a large object.</summary>
public class Lz4Benchmarks
{
    private const int WriteSize = 1 << 20;
    private byte[] _content = [];
    private byte[] _frame = [];

    /// <summary>Pages of the object.</summary>
    [Params(10, 4096)]
    public int PageCount { get; set; }

    /// <summary>Makes the object.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _content = Pages.Make(PageCount);
        using var target = new MemoryStream();
        EncodeTo(target);
        _frame = target.ToArray();
    }

    /// <summary>As capture and snapshots do.</summary>
    [Benchmark]
    public void Encode() => EncodeTo(Stream.Null);

    /// <summary>As a restore does.</summary>
    [Benchmark]
    public void Decode()
    {
        using var decoder = Lz4Frame.Decode(new MemoryStream(_frame));
        decoder.CopyTo(Stream.Null, WriteSize);
    }

    private void EncodeTo(Stream target)
    {
        using var encoder = Lz4Frame.Encode(target);
        for (var rest = _content.AsSpan(); rest.Length > 0; rest = rest[Math.Min(WriteSize, rest.Length)..]) encoder.Write(rest[..Math.Min(WriteSize, rest.Length)]);
    }
}
