using System.Globalization;
using Litestream.Engine.Replicas.S3;

namespace Litestream.Simulation.Stores;

/// <summary>A bucket with one replica: whole objects, which are durable as soon as they are there.</summary>
internal sealed class SimulatedBucket
{
    public const string Name = "bucket";
    public const string Prefix = "replica/";

    private int _lastVersion;

    public static S3Location Location { get; } = S3Location.Parse("s3://bucket/replica");

    public static Uri Endpoint { get; } = new("http://store.test");

    public SortedDictionary<string, StoredObject> Objects { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>What was changed so far.</summary>
    public long Changes { get; private set; }

    /// <summary>Keys that a page of a listing holds.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>What goes wrong with its requests; null for nothing.</summary>
    public StoreFaultPlan? Faults { get; init; }

    public SimulatedBucket Fork() => new() { Objects = new(Objects, StringComparer.Ordinal), PageSize = PageSize, _lastVersion = _lastVersion };

    public StoredObject Put(string key, byte[] content, string? time, DateTimeOffset now)
    {
        Changes++;
        // as that of an object that came in parts: the SDK would hold another against the bytes, and find what is ours to find
        var version = (++_lastVersion).ToString("x32", CultureInfo.InvariantCulture);
        return Objects[key] = new(content, time, now, $"\"{version}-1\"");
    }

    public void Delete(string key)
    {
        if (Objects.Remove(key)) Changes++;
    }
}
