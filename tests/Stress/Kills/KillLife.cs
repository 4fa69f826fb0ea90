using System.Globalization;
using Litestream.Stress.Clients;
using Litestream.Stress.Replicators;
using Litestream.Stress.Restores;
using Litestream.Stress.Runs;
using Litestream.Workload.Ledgers;

namespace Litestream.Stress.Kills;

/// <summary>One database under load, its replication in a process of its own, and some rounds of kills.</summary>
/// <param name="seed">Decides everything but the moments' exact outcome.</param>
/// <param name="folder">The files.</param>
/// <param name="replica">The replica's folder or URL.</param>
/// <param name="store">The store, where the replica is behind a gateway; else null.</param>
/// <param name="oracle">Litestream 0.3.13; null where it can't run.</param>
/// <param name="tally">Counts.</param>
internal sealed class KillLife(int seed, RunFolder folder, string replica, KillStore? store, Oracle? oracle, KillTally tally) : IAsyncDisposable
{
    private const int SettlingWriter = 99;

    // gone from the store, or changed by the replication's own retention between plan and deletion
    private static readonly string[] s_expectedOfRetention = ["failed ReplicaChanged"];

    private readonly KillPlan _plan = KillPlan.Draw(seed);
    private readonly Random _random = new(seed);
    private readonly Confirmations _confirmations = new();
    private readonly KillChecks _checks = new(folder, replica, oracle, tally);
    private ClientProcess?[] _writers = [];
    private readonly ChildReplicator _replicator = new(KillPlan.Draw(seed).Options with { DatabasePath = folder.Database }, replica, folder.Root);
    private Proven _proven = new(new Confirmations().Now(), 0, DateTimeOffset.MinValue);
    private SyncLoop? _syncs;
    private int _starts;

    private string InPlace => Path.Combine(folder.Root, "in-place", "app.db");

    /// <summary>What the replication said.</summary>
    public IReadOnlyCollection<string> Events => _replicator.Events;

    /// <summary>Kills so often, and compares with the source at the end.</summary>
    public async Task ExecuteAsync(int rounds)
    {
        await TestDatabase.CreateAsync(folder.Database, _plan.Database);
        await StartReplicatorAsync();
        await using (var others = new ClientFleet(folder.Database, _plan.Others, seed, new()))
        {
            _writers = [.. _plan.Writers.Select(StartWriter)];
            await Task.WhenAll(_writers.Select(w => w!.Ready).Append(_syncs!.FirstAsync()));
            for (var round = 0; round < rounds; round++)
            {
                await KillAsync();
                tally.Rounds++;
            }

            await others.StopAsync();
        }

        await SettleAsync();
        await _checks.ExpectSourceAsync(folder.Database);
        if (_random.Next(2) == 0) await ReplaceSourceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        tally.Confirmed += _proven.Transactions;
        foreach (var writer in _writers) writer?.Dispose();
        await _replicator.DisposeAsync();
    }

    private async Task KillAsync()
    {
        var victims = DrawVictims();
        using var repeated = victims.HasFlag(Victim.Restore) ? await StartRestoreAsync()
            : victims.HasFlag(Victim.Retention) ? await StartAsync("retain", replica, KillPlan.Retention.TotalSeconds.ToString(CultureInfo.InvariantCulture)) : null;
        // some in the first moments of a replication, while it finds out where it stands; most of them later
        if (_random.Next(4) != 0) await _syncs!.FirstAsync();
        var before = _syncs!.Proven;
        await Task.Delay(_random.Next(_random.Next(3) == 0 ? 50 : 900));

        var kills = new List<Task>();
        if (victims.HasFlag(Victim.Writer)) kills.AddRange(DrawWriters().Select(KillWriterAsync));
        if (victims.HasFlag(Victim.Gateway)) kills.Add(Task.Run(() => Kill(Victim.Gateway, store!.Kill)));
        if (repeated is not null) kills.Add(KillAsync(victims & (Victim.Restore | Victim.Retention), repeated.KillAsync));
        if (victims.HasFlag(Victim.Replicator)) kills.Add(KillReplicatorAsync());
        await Task.WhenAll(kills);
        if (!victims.HasFlag(Victim.Replicator)) _proven = _syncs.Proven;

        await Task.Delay(_random.Next(300));
        if (victims.HasFlag(Victim.Gateway)) await store!.StartAgainAsync();
        await _checks.ExpectProvenAsync(_proven);
        if (victims.HasFlag(Victim.Replicator) && _proven.Time > DateTimeOffset.MinValue) await _checks.ExpectThenAsync(_random.Next(2) == 0 && before.Transactions > 0 ? before : _proven);
        if (victims.HasFlag(Victim.Restore)) await _checks.ExpectReplacedAsync(InPlace, before with { Writers = before.Writers.Clear() });
        if (repeated is not null) Expect(repeated, victims);

        for (var i = 0; i < _writers.Length; i++) _writers[i] ??= StartWriter(_plan.Writers[i]);
        if (victims.HasFlag(Victim.Replicator)) await StartReplicatorAsync();
    }

    private Victim DrawVictims()
    {
        var victims = _random.Next(8) switch
        {
            0 => Victim.Writer,
            1 => Victim.Replicator | Victim.Writer,
            2 => Victim.Replicator | Victim.Restore,
            3 => Victim.Replicator | Victim.Retention,
            4 when store is not null => Victim.Gateway,
            5 when store is not null => Victim.Gateway | Victim.Replicator | Victim.Writer,
            6 => Victim.Retention | Victim.Writer,
            _ => Victim.Replicator,
        };
        return victims;
    }

    private IEnumerable<int> DrawWriters() =>
        _random.Next(2) == 0 ? Enumerable.Range(0, _writers.Length) : [_random.Next(_writers.Length)];

    private async Task KillWriterAsync(int number)
    {
        var writer = _writers[number]!;
        await KillAsync(Victim.Writer, writer.KillAsync);
        writer.Dispose();
        _writers[number] = null;
    }

    private async Task KillReplicatorAsync() => _proven = await _syncs!.EndAsync(() => KillAsync(Victim.Replicator, _replicator.KillAsync));

    private async Task KillAsync(Victim victim, Func<Task> kill)
    {
        await kill();
        tally.CountKill(victim);
    }

    private void Kill(Victim victim, Action kill)
    {
        kill();
        tally.CountKill(victim);
    }

    private async Task StartReplicatorAsync()
    {
        await _replicator.StartAsync();
        _syncs = new(_replicator, _confirmations, _proven);
    }

    private ClientProcess StartWriter(ClientSpec spec) => new(folder.Database, spec, seed + 1000 * ++_starts, _confirmations);

    private async Task<RepeatedProcess> StartRestoreAsync()
    {
        if (!File.Exists(InPlace)) await EngineRestore.RunAsync(replica, InPlace);
        return await StartAsync("restore-in-place", replica, InPlace);
    }

    private static async Task<RepeatedProcess> StartAsync(params string[] arguments)
    {
        var process = new RepeatedProcess(arguments);
        await process.FirstAsync();
        return process;
    }

    private static void Expect(RepeatedProcess process, Victim victims)
    {
        if (victims.HasFlag(Victim.Gateway)) return;
        if (process.Failures.FirstOrDefault(f => !(victims.HasFlag(Victim.Retention) && s_expectedOfRetention.Any(e => f.StartsWith(e, StringComparison.Ordinal)))) is { } failure)
            throw new RunFailedException($"What was killed ({victims}) had failed before: {failure}");
    }

    /// <summary>Ends the writers, and commits a last time in good order, so that no ghost of a killed writer stands at the end of the WAL.</summary>
    private async Task SettleAsync()
    {
        for (var i = 0; i < _writers.Length; i++)
        {
            await _writers[i]!.StopAsync();
            _writers[i]!.Dispose();
            _writers[i] = null;
        }

        using (var last = new ClientProcess(folder.Database, new("writer", $"--writer {SettlingWriter} --mode autocommit --rate 50 --seconds 0.3"), seed, _confirmations))
            await last.StopAsync();
        await _syncs!.EndAsync();
        var (confirmed, count) = (_confirmations.Now(), _confirmations.Count);
        await _replicator.SyncAsync();
        _proven = new(confirmed, count, DateTimeOffset.UtcNow);
        RestoreChecks.ExpectSound(LedgerCheck.Run(folder.Database), confirmed, "The source");
        await _replicator.StopAsync();
    }

    /// <summary>The source itself is restored in place, which is killed; then it goes on, and so does its replication.</summary>
    private async Task ReplaceSourceAsync()
    {
        using (var restore = await StartAsync("restore-in-place", replica, folder.Database))
        {
            await Task.Delay(_random.Next(300));
            await KillAsync(Victim.Restore, restore.KillAsync);
            Expect(restore, Victim.Restore);
        }

        await _checks.ExpectReplacedAsync(folder.Database, _proven);
        await StartReplicatorAsync();
        _writers = [.. _plan.Writers.Select(StartWriter)];
        await Task.WhenAll(_writers.Select(w => w!.Ready));
        await Task.Delay(_random.Next(500));
        await SettleAsync();
        await _checks.ExpectSourceAsync(folder.Database);
    }
}
