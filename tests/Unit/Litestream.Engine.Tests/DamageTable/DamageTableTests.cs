using Litestream.Engine.Tests.Interop;
using Xunit;
using Xunit.Abstractions;

namespace Litestream.Engine.Tests.DamageTable;

/// <summary>
/// Every damage on real replicas, ours and those of Litestream 0.3.13, restored by us and by it: where it answers with exit code 0 and a
/// malformed database, we name the object, or restore the last consistent point when allowed to. Prints the table.
/// </summary>
public sealed class DamageTableTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Every_damage_of_a_replica_of_ours_is_named()
    {
        LitestreamOracle.SkipWhereMissing();
        using var sound = await SoundReplica.OfOursAsync();
        await RunAsync(sound);
    }

    [SkippableFact]
    public async Task Every_damage_of_a_replica_of_Litestream_is_named()
    {
        LitestreamOracle.SkipWhereMissing();
        using var sound = await SoundReplica.OfOracleAsync();
        await RunAsync(sound);
    }

    private async Task RunAsync(SoundReplica sound)
    {
        var cases = DamageCases.All.ToList();
        var rows = new DamageRow[cases.Count];
        await Parallel.ForAsync(0, cases.Count, async (i, _) => rows[i] = await DamageRow.RunAsync(cases[i], sound));

        output.WriteLine($"Replica written by {sound.Writer}; indexes 2 to {sound.Segments[^1].End.Index}, {sound.Segments.Count} segments.");
        output.WriteLine(DamageRow.Line("damage", "Litestream 0.3.13", "ours", "ours where it may be partial"));
        foreach (var row in rows) output.WriteLine(row.ToString());

        var wrong = rows.SelectMany(r => r.Wrong).ToList();
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        // else the comparison shows nothing
        Assert.True(rows.Count(r => r.IsSilent) >= 5, "Litestream gave hardly any malformed database");
    }
}
