using System.Text;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Fuzz.Fakes;

namespace Litestream.Fuzz.Targets;

/// <summary>What replications note in a replica: its head, and who has its lease.</summary>
internal sealed class ReplicaNotesTarget : IFuzzTarget
{
    private static readonly GenerationId s_generation = GenerationId.Parse("0123456789abcdef");
    private static readonly LeaseHolder s_me = new("owner", "run", "machine", "/data/app.db", 1, DateTimeOffset.UnixEpoch);

    public string Name => "replica-notes";

    public IEnumerable<byte[]> Seeds =>
    [
        "{\"generation\":\"0123456789abcdef\",\"index\":1,\"offset\":32,\"at\":\"2026-01-01T00:00:00+00:00\"}"u8.ToArray(), s_me.ToBytes(),
    ];

    public IReadOnlyList<byte[]> Dictionary =>
        [.. new[] { "\"generation\":", "\"index\":", "-1", "\"offset\":", "\"at\":", "null", "\"0001-01-01T00:00:00+14:00\"", "\"\\ud800\"", "1e999", "[[[[[[[[[[[[[[[[[[[[[[[", "{}" }.Select(Encoding.UTF8.GetBytes)];

    public int MaxLength => 1024;

    public void Run(byte[] input)
    {
        if (LeaseHolder.Parse(input) is { } holder) _ = (holder.ToString(), holder.IsSameOwner(s_me), holder.IsSamePlace(s_me));
        RunAsync(input).GetAwaiter().GetResult();
    }

    private static async Task RunAsync(byte[] input)
    {
        await using var replica = new MemoryReplica();
        replica.Objects[ReplicaHead.Key] = input;
        _ = await ReplicaHead.FindEndAsync(replica, s_generation, default);
    }
}
