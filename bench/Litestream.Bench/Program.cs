namespace Litestream.Bench;

/// <summary>
/// Measures, in one run and side by side, what can't be asserted on a shared machine:
/// <c>--case memory</c> peak memory of an upload to S3, of reading the replica and of a restore, by size of the database;
/// <c>--case requests</c> requests to S3, idle and under load, beside Litestream 0.3.13.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["--child", .. var rest]:
                return await Child.RunAsync(rest);
            case ["--case", "memory", .. var sizes]:
                return await MemoryCase.RunAsync(sizes);
            case ["--case", "requests"]:
                return await RequestsCase.RunAsync();
            default:
                Console.Error.WriteLine("Bench --case memory [MiB ...] | --case requests");
                return 2;
        }
    }
}
