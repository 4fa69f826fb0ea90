using System.Collections.Immutable;
using Litestream.Stress.Clients;
using Litestream.Stress.Kills;
using Litestream.Stress.Replicators;
using Litestream.Stress.Restores;
using Litestream.Stress.Runs;
using Litestream.Workload.Ledgers;

namespace Litestream.Stress.PowerCuts;

/// <summary>A database, its metadata folder and its replica on one volume, under load, whose power is cut in each round.</summary>
/// <param name="seed">Decides everything but the moments' exact outcome.</param>
/// <param name="folder">The files that stay.</param>
/// <param name="volume">The volume.</param>
/// <param name="oracle">Litestream 0.3.13; null where it can't run.</param>
/// <param name="tally">Counts.</param>
internal sealed class CutLife(int seed, RunFolder folder, LoopVolume volume, Oracle? oracle, CutTally tally) : IAsyncDisposable
{
    /// <summary>Commits with synchronous=FULL, in some rounds: what SQLite confirms to it is durable then. In others nobody does, as each such commit has
    /// ext4 write all that was named before it.</summary>
    private const int DurableWriter = 1;

    private readonly KillPlan _plan = KillPlan.Draw(seed);
    private readonly Random _random = new(seed);
    private bool _isDurable;
    private readonly string _database = Path.Combine(volume.Root, "app.db");
    private readonly string _replica = Path.Combine(volume.Root, "replica");
    private readonly ChildReplicator _replicator = new(
        KillPlan.Draw(seed).Options with { DatabasePath = Path.Combine(volume.Root, "app.db"), Retention = TimeSpan.FromMinutes(1) },
        Path.Combine(volume.Root, "replica"), folder.Root);

    /// <summary>What the replication said.</summary>
    public IReadOnlyCollection<string> Events => _replicator.Events;

    /// <summary>Cuts the power so often.</summary>
    public async Task ExecuteAsync(int rounds)
    {
        await TestDatabase.CreateAsync(_database, _plan.Database);
        for (var round = 0; round < rounds; round++)
        {
            await CutAsync(round);
            tally.Rounds++;
        }
    }

    public ValueTask DisposeAsync() => _replicator.DisposeAsync();

    private async Task CutAsync(int round)
    {
        var confirmations = new Confirmations(); // what the database lost with the power is no longer there
        _replicator.BootId = _random.Next(4) == 0 ? _replicator.BootId : $"boot-{seed}-{round}"; // or else only the device was away
        await _replicator.StartAsync();
        var syncs = new SyncLoop(_replicator, confirmations, new(confirmations.Now(), 0, DateTimeOffset.MinValue));
        Proven proven;
        ImmutableDictionary<int, long> confirmed;
        var cut = _random.Next(3) == 0 ? PowerCut.JournalFlushed : PowerCut.Whole;
        _isDurable = _random.Next(2) == 0;
        await using (var clients = new ClientFleet(_database, _plan.Writers.Select(Writer).Concat(_plan.Others), seed + 100 * round, confirmations))
        {
            await Task.WhenAll(clients.ReadyAsync(), syncs.FirstAsync());
            await Task.Delay(_random.Next(_random.Next(3) == 0 ? 200 : 2000));
            (proven, confirmed) = (syncs.Proven, confirmations.Now());
            volume.Cut(cut);
            await Task.WhenAll(clients.KillAsync(), syncs.EndAsync(_replicator.KillAsync));
        }

        await volume.MountAgainAsync();
        tally.Confirmed += proven.Transactions;
        var checks = new KillChecks(folder, _replica, oracle, tally.Restores);
        await checks.ExpectProvenAsync(proven);
        await ExpectGoesOnAsync(confirmed, checks, proven, $"{cut}, {(_replicator.BootId == $"boot-{seed}-{round}" ? "another boot" : "the same boot")}");
    }

    private ClientSpec Writer(ClientSpec spec) =>
        _isDurable ? spec : spec with { Arguments = spec.Arguments.Replace("--synchronous full", "--synchronous normal", StringComparison.Ordinal) };

    private async Task ExpectGoesOnAsync(ImmutableDictionary<int, long> confirmed, KillChecks checks, Proven proven, string what)
    {
        var durable = confirmed.Where(c => _isDurable && c.Key == DurableWriter).ToImmutableDictionary();
        // SQLite's recovery is somebody else's or ours to begin
        var isReadFirst = _random.Next(2) == 0;
        if (isReadFirst) RestoreChecks.ExpectSound(LedgerCheck.Run(_database), durable, $"The database after a cut ({what})");
        await _replicator.StartAsync();
        await _replicator.SyncAsync();
        var state = LedgerCheck.Run(_database);
        RestoreChecks.ExpectSound(state, durable, $"The database after a cut, and a start ({what})");
        await checks.ExpectProvenAsync(new(state.Writers.ToImmutableDictionary(), 0, DateTimeOffset.MinValue));
        if (proven.Time > DateTimeOffset.MinValue) await checks.ExpectThenAsync(proven);
        await _replicator.StopAsync();
        await checks.ExpectSourceAsync(_database);
    }
}
