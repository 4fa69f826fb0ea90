using BenchmarkDotNet.Attributes;
using Litestream.Engine.Spool;

namespace Litestream.Bench.Micro;

/// <summary>The digest by which a page is known again.</summary>
public class DigestBenchmarks
{
    private readonly byte[] _page = Pages.Make(1);

    /// <summary>Of a page.</summary>
    [Benchmark]
    public UInt128 OfPage() => PageDigest.Of(_page);
}
