using Litestream.Engine.Restore;
using Litestream.Stress.Restores;
using Litestream.Stress.Runs;
using Litestream.Workload.Ledgers;

namespace Litestream.Stress.Kills;

/// <summary>Restores with both programs and holds what comes out against what was confirmed.</summary>
/// <param name="folder">The run's files.</param>
/// <param name="replica">The replica's folder or URL.</param>
/// <param name="oracle">Litestream 0.3.13; null where it can't run.</param>
/// <param name="tally">Counts.</param>
internal sealed class KillChecks(RunFolder folder, string replica, Oracle? oracle, KillTally tally)
{
    /// <summary>The latest state holds what was proven, and no half of a transaction.</summary>
    public async Task ExpectProvenAsync(Proven proven)
    {
        foreach (var (restored, who) in await RestoreAsync("killed"))
        {
            RestoreChecks.ExpectSound(LedgerCheck.Run(restored), proven.Writers, $"What {who} restored");
            Directory.Delete(Path.GetDirectoryName(restored)!, recursive: true);
        }
    }

    /// <summary>So does the state of the time at which that was proven: nobody may be deleting meanwhile.</summary>
    public async Task ExpectThenAsync(Proven proven)
    {
        var target = Path.Combine(folder.Scratch("then"), "ours.db");
        await EngineRestore.RunAsync(replica, target, new() { Timestamp = proven.Time });
        tally.EngineRestores++;
        RestoreChecks.ExpectSound(LedgerCheck.Run(target), proven.Writers, $"What our restore restored to {proven.Time:O}");
        Directory.Delete(Path.GetDirectoryName(target)!, recursive: true);
    }

    /// <summary>A database that a restore in place was replacing is whole, the former or the restored one, and so is each that was kept; another restore
    /// in place succeeds and leaves nothing of the killed one.</summary>
    /// <param name="target">The database.</param>
    /// <param name="proven">What it holds whichever it is.</param>
    public async Task ExpectReplacedAsync(string target, Proven proven)
    {
        if (new[] { "-wal", "-journal" }.Any(s => new FileInfo(target + s) is { Exists: true, Length: > 0 }))
            throw new RunFailedException($"A killed restore in place left a log beside {target}.");
        RestoreChecks.ExpectSound(LedgerCheck.Run(target), proven.Writers, "What a killed restore in place left");
        foreach (var kept in Beside(target, ".before-restore").Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && !f.EndsWith("-wal", StringComparison.Ordinal)))
            RestoreChecks.ExpectSound(LedgerCheck.Run(kept), proven.Writers.Clear(), $"What a killed restore in place kept ({Path.GetFileName(kept)})");
        await EngineRestore.RunAsync(replica, target, existing: ExistingDatabase.Discard);
        tally.EngineRestores++;
        if (Beside(target, ".restore-").FirstOrDefault() is { } left) throw new RunFailedException($"A killed restore in place left {left}, and the next one too.");
        foreach (var kept in Beside(target, ".before-restore")) File.Delete(kept);
    }

    /// <summary>At the end, page for page what a source holds that nobody has open.</summary>
    /// <param name="source">The source.</param>
    public async Task ExpectSourceAsync(string source)
    {
        var image = SourceImage.Take(source, folder.Scratch("source"));
        foreach (var (restored, who) in await RestoreAsync("end")) PageComparison.Expect(image, restored, $"What {who} restored at the end");
    }

    private static IEnumerable<string> Beside(string target, string suffix) =>
        Directory.GetFiles(Path.GetDirectoryName(target)!, $"*{suffix}*").Where(f => Path.GetFileName(f).Contains(Path.GetFileName(target), StringComparison.Ordinal));

    private async Task<IReadOnlyList<(string Path, string Who)>> RestoreAsync(string name)
    {
        var ours = Path.Combine(folder.Scratch(name), "ours.db");
        await EngineRestore.RunAsync(replica, ours);
        tally.EngineRestores++;
        if (oracle is null) return [(ours, "our restore")];
        var theirs = Path.Combine(folder.Scratch(name), "oracle.db");
        await oracle.RestoreAsync(replica, theirs);
        tally.OracleRestores++;
        return [(ours, "our restore"), (theirs, "Litestream 0.3.13")];
    }
}
