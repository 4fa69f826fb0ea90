using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Verification;
using Litestream.Fuzz.Fakes;
using Litestream.Fuzz.Formats;

namespace Litestream.Fuzz.Targets;

/// <summary>A whole replica: planned, restored and verified.</summary>
internal sealed class ReplicaTarget : IFuzzTarget
{
    private static readonly GenerationId s_generation = GenerationId.Parse("0123456789abcdef");
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Name => "replica";

    public int Share => 1;

    public IEnumerable<byte[]> Seeds => WalSeeds.Replicas();

    public int MaxLength => 8192;

    /// <summary>Each transaction has a buffer in memory.</summary>
    public long MemoryFor(int length) => (16L << 20) + 4096L * length;

    public byte[] Repair(byte[] input) => WalParts.Repair(input);

    public void Run(byte[] input) => RunAsync(WalParts.Read(input)).GetAwaiter().GetResult();

    private static async Task RunAsync(List<WalPart> parts)
    {
        await using var replica = new MemoryReplica();
        var ends = new Dictionary<byte, long>();
        foreach (var part in parts)
        {
            var end = ends.GetValueOrDefault(part.Index);
            var key = part.IsSnapshot ? ObjectKey.Snapshot(s_generation, part.Index)
                : ObjectKey.Segment(s_generation, new(part.Index, Math.Max(0, end + 8 * part.Skew)));
            replica.Add(key, StoredFrame.Of(part.Content), s_start.AddSeconds(replica.Listing.Count));
            if (!part.IsSnapshot) ends[part.Index] = end + part.Content.Length;
        }

        var generation = await new ReplicaCatalog(replica).GetGenerationAsync(s_generation, default);
        using (var chain = new ChainVerifier(replica, generation, (_, _) => { }, search: null)) await chain.RunAsync(default);
        var plan = await new RestorePlanner(replica).PlanAsync(new() { AllowPartial = true }, default);
        try
        {
            var applier = new PlanApplier(replica, plan, new MemoryFile(), new(), null);
            await applier.ApplySnapshotAsync(default);
            using var transaction = new TransactionBuffer(new MemoryFiles(), "spill", applier.PageSize, capacity: 4096);
            await applier.ApplyWalAsync(transaction, parallelism: 1, default);
        }
        catch (IOException)
        {
            // the file system's own refusal of a file that is too large; a restore names it
        }
    }
}
