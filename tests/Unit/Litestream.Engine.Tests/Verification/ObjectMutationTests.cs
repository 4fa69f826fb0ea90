using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Interop;
using Xunit;
using Xunit.Abstractions;
using static Litestream.Engine.Tests.Verification.Verifying;

namespace Litestream.Engine.Tests.Verification;

/// <summary>Damage done to every object of a replica, one at a time: it is found, and what is sound passes.</summary>
public sealed class ObjectMutationTests(ITestOutputHelper output)
{
    private static readonly (string Name, Action<string, string> Do)[] s_mutations =
    [
        ("a byte at the start flipped", (file, _) => Flip(file, 0)),
        ("a byte in the header flipped", (file, _) => Flip(file, 5)),
        ("a byte in the middle flipped", (file, _) => Flip(file, (int)(new FileInfo(file).Length / 2))),
        ("the last byte flipped", (file, _) => Flip(file, (int)new FileInfo(file).Length - 1)),
        ("cut in the middle", (file, _) => Cut(file, new FileInfo(file).Length / 2)),
        ("the last byte cut", (file, _) => Cut(file, new FileInfo(file).Length - 1)),
        ("emptied", (file, _) => Cut(file, 0)),
        ("a byte more", (file, _) => File.AppendAllText(file, "x")),
        ("swapped with another", Swap),
        ("replaced by another", (file, other) => File.Copy(other, file, overwrite: true)),
        ("dropped", (file, _) => File.Delete(file)),
    ];

    [SkippableFact]
    public async Task Every_mutation_of_a_replica_of_ours_is_found_but_those_of_its_end()
    {
        LitestreamOracle.SkipWhereMissing();
        using var sound = await SoundReplica.OfOursAsync();
        await RunAsync(sound);
    }

    [SkippableFact]
    public async Task Every_mutation_of_a_replica_of_Litestream_is_found_but_those_that_leave_no_trace()
    {
        LitestreamOracle.SkipWhereMissing();
        using var sound = await SoundReplica.OfOracleAsync();
        await RunAsync(sound);
    }

    private async Task RunAsync(SoundReplica sound)
    {
        Assert.True((await VerifyAsync(sound.Path, null)).Passed);
        var keys = sound.Generation.Snapshots.Select(s => s.Key).Concat(sound.Generation.Segments.Select(s => s.Key)).ToList();
        var last = sound.Generation.Segments[^1].Key;
        var misses = new List<string>();
        output.WriteLine($"Replica written by {sound.Writer}: {sound.Generation.Snapshots.Count} snapshots, {sound.Generation.Segments.Count} segments");
        foreach (var (name, mutate) in s_mutations)
        {
            var (found, tried) = (0, 0);
            foreach (var key in keys)
            {
                using var copy = CopyOf(sound.Path);
                var other = Path.Combine(copy.Path, keys.SkipWhile(k => k != key).Skip(1).FirstOrDefault(keys[^2]));
                mutate(Path.Combine(copy.Path, key), other);
                var result = await VerifyAsync(copy.Path, null);
                var isFound = !result.Passed || (result.Warnings.Count > 0 && !sound.IsLinked);
                tried++;
                if (isFound) found++;
                else if (!LeavesNoTrace(name, key)) misses.Add($"{name}: {key}");
            }

            output.WriteLine($"{name,-32} {found,3} of {tried}");
        }

        Assert.True(misses.Count == 0, string.Join("\n", misses));

        bool LeavesNoTrace(string name, string key) => name switch
        {
            // the end; in Litestream's replicas a later snapshot, without which all still restores, and the end of an index
            "dropped" => key == last || (!sound.IsLinked && (sound.Generation.Snapshots.Skip(1).Any(s => s.Key == key) || IsEndOfIndex(key))),
            // a later snapshot in the place of the first: as Litestream's own snapshots may be ahead of their index
            "swapped with another" => key == sound.Generation.Snapshots[0].Key && !sound.IsLinked,
            _ => false,
        };

        bool IsEndOfIndex(string key) => sound.Generation.Segments.GroupBy(s => s.Start.Index).Any(g => g.Last().Key == key);
    }

    private static TempFolder CopyOf(string path)
    {
        var copy = new TempFolder();
        foreach (var file in Directory.GetFiles(path, "*", SearchOption.AllDirectories))
        {
            var target = copy[Path.GetRelativePath(path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    private static void Cut(string file, long length)
    {
        using var stream = File.OpenWrite(file);
        stream.SetLength(length);
    }

    private static void Swap(string file, string other)
    {
        var bytes = File.ReadAllBytes(file);
        File.Copy(other, file, overwrite: true);
        File.WriteAllBytes(other, bytes);
    }
}
