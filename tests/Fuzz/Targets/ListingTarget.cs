using System.Text;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Retention;
using Litestream.Fuzz.Fakes;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>A listing, whatever a store may show: each line of the input is an object's name; behind it stand its size and its time.</summary>
internal sealed class ListingTarget : IFuzzTarget
{
    private const int MaxDepth = 3;

    public string Name => "listing";

    public int Share => 1;

    public IEnumerable<byte[]> Seeds =>
    [
        Encoding.UTF8.GetBytes("generations/0123456789abcdef/snapshots/00000000.snapshot.lz4\t100\t0\ngenerations/0123456789abcdef/wal/00000000_00000000.wal.lz4\t100\t1\n"
            + "generations/0123456789abcdef/wal/00000000_00001038.wal.lz4\t100\t2\ngenerations/0123456789abcdef/wal/00000001_00000000.wal.lz4\t100\t3\n"
            + "generations/0123456789abcdef/snapshots/00000001.snapshot.lz4\t100\t4\n"),
        Encoding.UTF8.GetBytes("a/generations/0123456789abcdef/snapshots/00000000.snapshot.lz4\t1\t1\nb/c/generations/fedcba9876543210/wal/00000000_00000000.wal.lz4\t1\t1\n"),
        Encoding.UTF8.GetBytes("ltx/0/1.ltx\t1\t1\n"), Encoding.UTF8.GetBytes("../generations/0123456789abcdef/snapshots/00000000.snapshot.lz4\t-1\t9\n//x\t1\t1\n"),
    ];

    public IReadOnlyList<byte[]> Dictionary =>
    [
        "generations/0123456789abcdef/"u8.ToArray(), "snapshots/0000000"u8.ToArray(), ".snapshot.lz4\t"u8.ToArray(), "wal/0000000"u8.ToArray(), ".wal.lz4\t"u8.ToArray(), "../"u8.ToArray(),
        "_00000000"u8.ToArray(), "7fffffff"u8.ToArray(), "9223372036854775807"u8.ToArray(), "-1"u8.ToArray(), "\n"u8.ToArray(), "\t"u8.ToArray(), "\\"u8.ToArray(), "\0"u8.ToArray(), "ltx"u8.ToArray(),
    ];

    /// <summary>A name that is listed several times is looked into several times.</summary>
    public long MemoryFor(int length) => (4L << 20) + 16L * length * length;

    public void Run(byte[] input) => RunAsync(Encoding.UTF8.GetString(input)).GetAwaiter().GetResult();

    private static async Task RunAsync(string text)
    {
        await using var replica = new MemoryReplica();
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split('\t');
            if (fields[0].Length == 0) continue;
            replica.Listing.Add(new(fields[0], Number(fields, 1), DateTimeOffset.UnixEpoch.AddSeconds(Number(fields, 2) % 1_000_000_000)));
        }

        await foreach (var found in new ReplicaFinder(replica).FindAsync(MaxDepth, _ => { }, default))
            UnexpectedResultException.ThrowUnless(found.GenerationCount > 0, "A replica was found without a generation.");
        List<Engine.Format.GenerationInfo> generations = [];
        await foreach (var generation in new ReplicaCatalog(replica).ListGenerationsAsync(default))
        {
            generations.Add(generation);
            UnexpectedResultException.ThrowUnless(generation.Size >= 0, "A generation has less than no bytes.");
            await foreach (var window in new RestoreWindowFinder(replica).FindAsync(generation, [], default))
                UnexpectedResultException.ThrowUnless(window.From <= window.To, "A window ends before it begins.");
        }

        _ = RetentionPlanner.ForWindow(replica.Url, generations, DateTimeOffset.UnixEpoch.AddSeconds(2), new HashSet<Engine.Format.GenerationId>()).Size;
        _ = (await new RestorePlanner(replica).PlanAsync(new() { Timestamp = DateTimeOffset.UnixEpoch.AddSeconds(3) }, default)).Size;
        _ = (await new RestorePlanner(replica).PlanAsync(new() { AllowPartial = true }, default)).Size;
    }

    private static long Number(string[] fields, int at) => fields.Length > at && long.TryParse(fields[at], out var number) ? number : 0;
}
