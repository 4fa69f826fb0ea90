using System.Diagnostics;

namespace Litestream.Bench.Compare;

/// <summary>What is in a replica's folder.</summary>
internal static class ReplicaFolder
{
    /// <summary>Waits until the first snapshot has its name.</summary>
    public static async Task WaitForSnapshotAsync(string replica)
    {
        while (Snapshots(replica) == 0) await Task.Delay(2);
    }

    /// <summary>Waits until nothing new has come for some time.</summary>
    public static async Task WaitForQuietAsync(string replica, TimeSpan quiet)
    {
        var (known, since) = (-1L, Stopwatch.StartNew());
        for (; since.Elapsed < quiet; await Task.Delay(50))
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
