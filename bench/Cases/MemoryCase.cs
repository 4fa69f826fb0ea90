using System.Diagnostics;
using System.Globalization;
using Litestream.Bench.Machine;
using Litestream.Servers;

namespace Litestream.Bench.Cases;

/// <summary>Peak memory of a first upload (snapshot, page map, sync, stop), of reading the whole replica, and of a restore with quick_check, against Ceph's gateway. It must not
/// grow with the database.</summary>
internal static class MemoryCase
{
    public static async Task<int> RunAsync(string[] sizes)
    {
        if (await RgwCluster.ShareAsync() is not { } cluster)
        {
            Console.Error.WriteLine("Ceph (Debian packages radosgw, ceph-mon and ceph-osd) is not here");
            return 1;
        }

        var folder = Directory.CreateTempSubdirectory("litestream-bench-").FullName;
        try
        {
            using var buckets = new Buckets(cluster.Gateway);
            Console.WriteLine($"{"database",12} {"idle MiB",9} {"upload MiB",11} {"s",6} {"verify MiB",11} {"s",6} {"restore MiB",12} {"s",6}");
            foreach (var size in sizes.Length == 0 ? [512, 4096] : sizes.Select(s => int.Parse(s, CultureInfo.InvariantCulture)))
            {
                var database = Path.Combine(folder, $"app{size}.db");
                Databases.Create(database, size);
                var url = $"s3://{await buckets.CreateAsync()}/app";
                var (idle, _) = await MeasureAsync("idle", database, url, cluster.Gateway);
                var (upload, uploadTime) = await MeasureAsync("upload", database, url, cluster.Gateway);
                var length = new FileInfo(database).Length;
                File.Delete(database);
                var (verify, verifyTime) = await MeasureAsync("verify", database, url, cluster.Gateway);
                var (restore, restoreTime) = await MeasureAsync("restore", database + ".restored", url, cluster.Gateway);
                File.Delete(database + ".restored");
                Console.WriteLine($"{length >> 20,8} MiB {idle / 1024,9:0.0} {upload / 1024,11:0.0} {uploadTime.TotalSeconds,6:0.0} {verify / 1024,11:0.0} {verifyTime.TotalSeconds,6:0.0} {restore / 1024,12:0.0} {restoreTime.TotalSeconds,6:0.0}");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double PeakKiB, TimeSpan Time)> MeasureAsync(string work, string path, string url, RgwGateway server)
    {
        var watch = Stopwatch.StartNew();
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            ["--child", work, path, url, server.Endpoint.AbsoluteUri, server.Credential.Key, server.Credential.Secret])
        { RedirectStandardOutput = true })!;
        var output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        if (child.ExitCode != 0) throw new InvalidOperationException($"{work} has failed");
        return (double.Parse(output, CultureInfo.InvariantCulture), watch.Elapsed);
    }
}
