using System.Globalization;
using Litestream.Bench.Cases;
using Litestream.Bench.Children;
using Litestream.Bench.Compare;

namespace Litestream.Bench;

/// <summary>
/// Measures, in one run and side by side, what can't be asserted on a shared machine:
/// <c>compare [--rows 1,2,..] [--size-mb N] [--turns N] [--json FILE]</c> both systems on the same data, in turn;
/// <c>--case memory</c> peak memory of an upload to S3, of reading the replica and of a restore, by size of the database;
/// <c>--case requests</c> requests to S3, idle and under load, beside Litestream 0.3.13.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["compare", .. var rest]:
                return await Comparison.RunAsync(rest);
            case ["--case", "memory", .. var sizes]:
                return await MemoryCase.RunAsync(sizes);
            case ["--case", "requests"]:
                return await RequestsCase.RunAsync();
            case ["--child", "nothing"]:
                await Task.Delay(100);
                return 0;
            case ["--child", "replicate", var replica, .. var databases]:
                return await EngineWork.ReplicateAsync(replica, databases);
            case ["--child", "restore", var replica, var target, var check]:
                return await EngineWork.RestoreAsync(replica, target, check);
            case ["--child", "write", var database, var seconds, var rate, var rows]:
                return WriterWork.Run(database, Number(seconds), Number(rate), (int)Number(rows));
            case ["--child", .. var rest]:
                return await S3Work.RunAsync(rest);
            default:
                Console.Error.WriteLine("Bench compare [--rows 1,2,..] [--size-mb N] [--turns N] [--json FILE] | --case memory [MiB ...] | --case requests");
                return 2;
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
