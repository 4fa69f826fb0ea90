using System.Globalization;
using Litestream.Bench.Cases;
using Litestream.Bench.Children;
using Litestream.Bench.Compare;
using Litestream.Bench.Micro;
using Litestream.Bench.Profiles;
using Litestream.Engine.Sqlite;

namespace Litestream.Bench;

/// <summary>Measures, in one run and side by side, what can't be asserted on a shared machine; README.md beside this file tells how.</summary>
internal static class Program
{
    private const string Usage = """
        Bench compare [--rows 1,2,..] [--size-mb N] [--turns N] [--json FILE] [--markdown FILE]
        Bench micro [FILTER]
        Bench profile [--works capture,snapshot,restore] [--size-mb N] [--out FOLDER]
        Bench --case memory [MiB ...]
        """;

    private static async Task<int> Main(string[] args)
    {
        // there the engine alone opens databases, as in the module
        SqliteLibrary.IsOwn = args is ["--child", not "write", ..];
        switch (args)
        {
            case ["compare", .. var rest]:
                return await Comparison.RunAsync(new(rest));
            case ["micro", .. var filter]:
                return MicroRun.Run(filter);
            case ["profile", .. var rest]:
                return await ProfileRun.RunAsync(new(rest));
            case ["--case", "memory", .. var sizes]:
                return await MemoryCase.RunAsync(sizes);
            case ["--child", "nothing"]:
                await Task.Delay(100);
                return 0;
            case ["--child", "replicate", var replica, .. var databases]:
                return await EngineWork.ReplicateAsync(replica, databases);
            case ["--child", "replicate-s3", var database, var url, var endpoint, var key, var secret]:
                return await EngineWork.ReplicateToS3Async(database, url, new() { Endpoint = new(endpoint), Region = "us-east-1", Credential = new(key, secret) });
            case ["--child", "restore", var replica, var target, var check]:
                return await EngineWork.RestoreAsync(replica, target, check);
            case ["--child", "write", var database, var seconds, var rate, var rows, var seed]:
                return WriterWork.Run(database, Number(seconds), Number(rate), (int)Number(rows), (int)Number(seed));
            case ["--child", .. var rest]:
                return await S3Work.RunAsync(rest);
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
