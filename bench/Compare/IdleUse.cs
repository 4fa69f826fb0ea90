using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare;

/// <summary>What a process uses while nothing is to be done.</summary>
/// <param name="Cpu">Milliseconds of CPU a second.</param>
/// <param name="Memory">MiB.</param>
/// <param name="Waits">How often a second its threads began to wait: each is a wake-up, and at least one system call.</param>
/// <param name="Written">Bytes a second that files have taken.</param>
/// <param name="Handles">Open files, sockets and watchers.</param>
/// <param name="Threads">Threads.</param>
internal sealed record IdleUse(double Cpu, double Memory, double Waits, double Written, int Handles, int Threads)
{
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(60);

    /// <summary>Watches a replication for a while.</summary>
    /// <param name="process">Its process.</param>
    /// <param name="replica">What it writes to.</param>
    /// <param name="quiet">For so long nothing new has come there before: the runtime has compiled by then what was busy at the start, and given back what that took. Idle is what lasts for days.</param>
    public static async Task<IdleUse> WatchAsync(MeasuredProcess process, string replica, TimeSpan quiet)
    {
        await ReplicaFolder.WaitForQuietAsync(replica, quiet);
        var before = process.Figures;
        await Task.Delay(s_watch);
        var after = process.Figures;
        double ASecond(double amount) => amount / s_watch.TotalSeconds;
        return new(ASecond(after.CpuSince(before).TotalMilliseconds), after.Memory / 1048576.0, ASecond(after.WaitsSince(before)),
            ASecond(after.Written - before.Written), process.Handles, process.Threads);
    }
}
