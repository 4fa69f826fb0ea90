using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Verification;

namespace Litestream.Engine.Tests.Verification;

/// <summary>What the tests of a verification do with a replica in a folder.</summary>
internal static class Verifying
{
    public static async Task<GenerationVerification> VerifyAsync(string path, KnownEnd? end)
    {
        await using var client = RunningReplication.Folder(path);
        return (await new ReplicaVerifier(client, new()).VerifyAsync(await ReadAsync(path), end, 100, null, default))!;
    }

    public static async Task<GenerationInfo> ReadAsync(string path)
    {
        await using var client = RunningReplication.Folder(path);
        return await new ReplicaCatalog(client).ListGenerationsAsync(default).SingleAsync();
    }

    public static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(file, bytes);
    }

    public static byte[] Unsealed(byte[] stored) => stored[ObjectSeal.Size..];

    // deletes as retention does
    public static void Expire(SoundReplica sound, int index)
    {
        var keys = sound.Generation.Snapshots.Where(s => s.Index < index).Select(s => s.Key).Concat(sound.Generation.Segments.Where(s => s.Start.Index < index).Select(s => s.Key));
        foreach (var key in keys.Concat(sound.Generation.Marks.Where(i => i < index).Select(i => ObjectKey.SnapshotMark(sound.Generation.Id, i))))
            File.Delete(Path.Combine(sound.Path, key));
    }
}
