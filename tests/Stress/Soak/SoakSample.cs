using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace Litestream.Stress.Soak;

/// <summary>What this process and its replications use at a moment.</summary>
/// <param name="Time">Since the beginning, as the fast clock shows it.</param>
/// <param name="Resident">Bytes of memory in use, after a full collection.</param>
/// <param name="Managed">Bytes of them that belong to living objects.</param>
/// <param name="Native">Bytes of them that native code has taken and not given back.</param>
/// <param name="Handles">Open handles.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Wal">Bytes of the application's WALs.</param>
/// <param name="Metadata">Bytes of the metadata folders, with the spool.</param>
/// <param name="MetadataFiles">Files in them.</param>
/// <param name="Replica">Bytes of the replicas.</param>
/// <param name="ReplicaFiles">Objects in them.</param>
internal sealed record SoakSample(
    TimeSpan Time, long Resident, long Managed, long Native, int Handles, int Threads, long Wal, long Metadata, int MetadataFiles, long Replica, int ReplicaFiles)
{
    private const int Looks = 4;
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromSeconds(1.5);

    /// <summary>Heads the lines.</summary>
    public static string Head { get; } =
        $"{"day",6}{"resident KiB",14}{"managed KiB",13}{"native KiB",12}{"handles",9}{"threads",9}{"WAL KiB",9}{"metadata KiB",14}{"files",7}{"replica KiB",13}{"objects",9}";

    /// <summary>Takes a sample: the least of some looks, as what a snapshot needs while it is made says nothing.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="replications">What is looked at.</param>
    public static async Task<SoakSample> TakeAsync(FastTime time, IReadOnlyList<SoakReplication> replications)
    {
        var looks = new List<SoakSample> { Look(time.Elapsed, replications) };
        while (looks.Count < Looks)
        {
            await Task.Delay(s_betweenLooks);
            looks.Add(Look(time.Elapsed, replications));
        }

        return looks[^1] with
        {
            Resident = looks.Min(s => s.Resident),
            Managed = looks.Min(s => s.Managed),
            Native = looks.Min(s => s.Native),
            Handles = looks.Min(s => s.Handles),
            Threads = looks.Min(s => s.Threads),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Time.TotalDays,6:f1}{Resident >> 10,14}{Managed >> 10,13}{Native >> 10,12}{Handles,9}{Threads,9}{Wal >> 10,9}{Metadata >> 10,14}{MetadataFiles,7}{Replica >> 10,13}{ReplicaFiles,9}");

    private static SoakSample Look(TimeSpan time, IReadOnlyList<SoakReplication> replications)
    {
        var (metadata, replicas) = (replications.Select(r => Files(MetadataOf(r))).ToList(), replications.Select(r => Files(r.Replica)).ToList());
        for (var i = 0; i < 2; i++)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        NativeHeap.Trim();
        using var process = Process.GetCurrentProcess();
        return new(time, process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: true), NativeHeap.InUse, HandlesOf(process), process.Threads.Count,
            replications.Sum(r => new FileInfo($"{r.Database}-wal") is { Exists: true } wal ? wal.Length : 0),
            metadata.Sum(m => m.Bytes), metadata.Sum(m => m.Count), replicas.Sum(r => r.Bytes), replicas.Sum(r => r.Count));
    }

    private static int HandlesOf(Process process) => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount;

    private static string MetadataOf(SoakReplication replication) =>
        Path.Combine(Path.GetDirectoryName(replication.Database)!, $".{Path.GetFileName(replication.Database)}-litestream-ps");

    /// <summary>What is deleted while it is counted counts or not.</summary>
    private static (long Bytes, int Count) Files(string folder)
    {
        var sizes = new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 })
            .Select(f => f.Exists ? f.Length : 0).ToList();
        return (sizes.Sum(), sizes.Count);
    }
}
