using BenchmarkDotNet.Attributes;
using Litestream.Bench.Machine;
using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;
using Microsoft.Data.Sqlite;

namespace Litestream.Bench.Micro;

/// <summary>Capture of a WAL of some thousand frames, from the file system's cache.</summary>
public class CaptureBenchmarks
{
    private const int Rows = 4000;
    private readonly string _folder = Directory.CreateTempSubdirectory("litestream-micro-").FullName;
    private SqliteConnection _application = null!;
    private DatabaseConnection _reader = null!;

    /// <summary>Writes the WAL.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        var path = Path.Combine(_folder, "app.db");
        Databases.CreateTypical(path, Rows / 256);
        _application = Databases.Open(path);
        Databases.Execute(_application, "PRAGMA wal_autocheckpoint=0");
        for (var part = 0; part < 100; part++) Databases.Execute(_application, $"UPDATE item SET data = substr(data, 2) || 'x' WHERE id % 100 = {part}");
        _reader = DatabaseConnection.Open(path, vfsName: null);
        if (!_reader.TryBeginRead()) throw new InvalidOperationException("the WAL can't be read");
    }

    /// <summary>Removes it.</summary>
    [GlobalCleanup]
    public void Remove()
    {
        _reader.Dispose();
        _application.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Read and checked only.</summary>
    [Benchmark(Baseline = true)]
    public uint? ToNowhere() => new WalCapture().Capture(_reader, new NoSink());

    /// <summary>Written as a segment, and the pages' digests noted.</summary>
    [Benchmark]
    public uint? ToSegment()
    {
        using var sink = new WalStreamWriter(
            head => new SegmentWriter(LocalFileSystem.Instance, Path.Combine(_folder, "segment"), "segment", null, head),
            new StreamHead(new Position(0, 0), Pages.Size, 1, 2, default, 0), long.MaxValue);
        return new WalCapture().Capture(_reader, sink);
    }

    private sealed class NoSink : IFrameSink
    {
        public void Append(Span<byte> frames, WalHeader source)
        {
        }
    }
}
