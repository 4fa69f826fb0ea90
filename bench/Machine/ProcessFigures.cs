using System.Globalization;

namespace Litestream.Bench.Machine;

/// <summary>What a process has used up to now, as Linux tells.</summary>
/// <param name="Cpu">User and system time; steps of 10 ms.</param>
/// <param name="PeakMemory">The largest resident set, in bytes.</param>
/// <param name="Memory">The resident set, in bytes.</param>
/// <param name="Written">Bytes that files have taken; not what wakes its own threads.</param>
/// <param name="Threads">What each of its threads has used.</param>
internal sealed record ProcessFigures(TimeSpan Cpu, long PeakMemory, long Memory, long Written, IReadOnlyDictionary<string, ThreadFigures> Threads)
{
    private const double TicksASecond = 100;

    /// <summary>Reads them; null when the process has ended.</summary>
    public static ProcessFigures? Of(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = Number(fields[11]) + Number(fields[12]);
            var status = File.ReadAllLines($"/proc/{id}/status");
            var peak = Kilobytes(status, "VmHWM:");
            return peak == 0 ? null : new(
                TimeSpan.FromSeconds(ticks / TicksASecond), peak, Kilobytes(status, "VmRSS:"),
                Number(File.ReadAllLines($"/proc/{id}/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal))["write_bytes:".Length..]), ThreadsOf(id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>How often its threads began to wait since then; of those that have ended meanwhile nothing is known.</summary>
    public long WaitsSince(ProcessFigures before) => Threads.Sum(t => t.Value.Waits - before.Threads.GetValueOrDefault(t.Key).Waits);

    /// <summary>What its threads have used of the processor since then, where <see cref="Cpu"/> is too coarse; of those that have ended meanwhile nothing is known.</summary>
    public TimeSpan CpuSince(ProcessFigures before) => new(Threads.Sum(t => (t.Value.Cpu - before.Threads.GetValueOrDefault(t.Key).Cpu).Ticks));

    private static Dictionary<string, ThreadFigures> ThreadsOf(int id)
    {
        var threads = new Dictionary<string, ThreadFigures>(StringComparer.Ordinal);
        foreach (var thread in Directory.GetDirectories($"/proc/{id}/task"))
        {
            try
            {
                var waits = Number(File.ReadAllLines(Path.Combine(thread, "status"))
                    .First(l => l.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal))["voluntary_ctxt_switches:".Length..]);
                var nanoseconds = Number(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0]);
                threads[thread] = new(waits, TimeSpan.FromMicroseconds(nanoseconds / 1000d));
            }
            catch (IOException)
            {
                // a thread that has ended meanwhile
            }
        }

        return threads;
    }

    private static long Kilobytes(string[] status, string name) =>
        status.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line ? Number(line[name.Length..].Replace("kB", "", StringComparison.Ordinal)) << 10 : 0;

    private static long Number(string text) => long.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
