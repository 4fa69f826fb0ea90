using System.Diagnostics;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare;

/// <summary>What is in a replica's folder.</summary>
internal static class ReplicaFolder
{
    /// <summary>Waits until the first snapshot has its name.</summary>
    /// <param name="replica">The folder.</param>
    /// <param name="process">Who makes it.</param>
    /// <exception cref="InvalidOperationException">It has ended before.</exception>
    public static async Task WaitForSnapshotAsync(string replica, MeasuredProcess process)
    {
        while (Snapshots(replica) == 0)
        {
            if (process.HasEnded) throw new InvalidOperationException($"the process ended before its first snapshot: {await process.ReadErrorsAsync()}");
            await Task.Delay(2);
        }
    }

    /// <summary>Waits until nothing new has come for some time.</summary>
    public static async Task WaitForQuietAsync(string replica, TimeSpan quiet)
    {
        var (known, since) = (-1L, Stopwatch.StartNew());
        for (; since.Elapsed < quiet; await Task.Delay(quiet / 100))
        {
            if (Size(replica) is var size && size == known) continue;
            known = size;
            since.Restart();
        }
    }

    /// <summary>Bytes of all objects.</summary>
    public static long Size(string replica) => Find(replica, "*.lz4").Sum(f => f.Exists ? f.Length : 0);

    /// <summary>How many segments there are.</summary>
    public static int Segments(string replica) => Find(replica, "*.wal.lz4").Count;

    /// <summary>How many snapshots there are.</summary>
    public static int Snapshots(string replica) => Find(replica, "*.snapshot.lz4").Count;

    private static IReadOnlyList<FileInfo> Find(string replica, string pattern)
    {
        try
        {
            return Directory.Exists(replica) ? [.. new DirectoryInfo(replica).EnumerateFiles(pattern, SearchOption.AllDirectories)] : [];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // a folder that was just removed
        }
    }
}
