using System.Collections.Immutable;
using Litestream.Engine.Restore;
using Litestream.Stress.Restores;
using Litestream.Workload.Ledgers;

namespace Litestream.Stress.Runs;

/// <summary>Restores a run's replica with both programs and holds the results against what must be.</summary>
/// <param name="folder">The run's files.</param>
/// <param name="oracle">Litestream 0.3.13; null where it can't run.</param>
/// <param name="settings">Whether our restore takes part.</param>
/// <param name="outcome">Counts.</param>
internal sealed class RestoreChecks(RunFolder folder, Oracle? oracle, StressSettings settings, RunOutcome outcome)
{
    /// <summary>Restores while replication runs: a committed state that holds all that was confirmed before the last sync.</summary>
    public async Task ExpectCommittedAsync(ImmutableDictionary<int, long> confirmed)
    {
        foreach (var (restored, who) in await RestoreAsync("meanwhile", IntegrityCheckMode.Quick))
            ExpectSound(LedgerCheck.Run(restored), confirmed, $"The state that {who} restored under load");
    }

    /// <summary>Restores at the end: each page as in the source.</summary>
    /// <returns>The image of the source.</returns>
    public async Task<string> ExpectSourceAsync()
    {
        var image = SourceImage.Take(folder.Database, folder.Scratch("source"));
        // The comparison says more than SQLite's check, and a source that lost its WAL to a deletion may itself be damaged: whoever
        // deletes a WAL that is not wholly backfilled tears transactions apart.
        foreach (var (restored, who) in await RestoreAsync("end", IntegrityCheckMode.None)) PageComparison.Expect(image, restored, $"What {who} restored");
        return image;
    }

    /// <summary>Checks a ledger.</summary>
    public static void ExpectSound(LedgerState state, ImmutableDictionary<int, long> confirmed, string what)
    {
        if (!state.IsSound) throw new RunFailedException($"{what} was never committed: {string.Join("; ", state.Problems)}");
        foreach (var (writer, seq) in confirmed)
        {
            var last = state.Writers.GetValueOrDefault(writer);
            if (last < seq) throw new RunFailedException($"{what} ends at {last} of writer {writer}; {seq} was confirmed.");
        }
    }

    private async Task<IReadOnlyList<(string Path, string Who)>> RestoreAsync(string name, IntegrityCheckMode check)
    {
        var scratch = folder.Scratch(name);
        var restored = new List<(string, string)>();
        if (settings.EngineRestores)
        {
            var target = Path.Combine(scratch, "ours.db");
            await EngineRestore.RunAsync(folder.Replica, target, check: check);
            outcome.EngineRestores++;
            restored.Add((target, "our restore"));
        }

        if (oracle is not null)
        {
            var target = Path.Combine(scratch, "oracle.db");
            await oracle.RestoreAsync(folder.Replica, target);
            outcome.OracleRestores++;
            restored.Add((target, "Litestream 0.3.13"));
        }

        return restored;
    }
}
