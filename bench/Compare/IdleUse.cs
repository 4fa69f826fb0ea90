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
    /// <summary>Until the runtime has compiled what was busy at the start, and has given back what that took: idle is what lasts for days.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(60);

    /// <summary>Watches a replication for a while, when nothing new has come to its replica for some time.</summary>
    public static async Task<IdleUse> WatchAsync(MeasuredProcess process, string replica)
    {
        await ReplicaFolder.WaitForQuietAsync(replica, s_settle);
        var before = process.Figures;
        await Task.Delay(s_watch);
        var after = process.Figures;
        double ASecond(double amount) => amount / s_watch.TotalSeconds;
        return new(ASecond(after.CpuSince(before).TotalMilliseconds), after.Memory / 1048576.0, ASecond(after.WaitsSince(before)),
            ASecond(after.Written - before.Written), process.Handles, process.Threads);
    }
}
