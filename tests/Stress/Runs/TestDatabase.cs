using System.Globalization;
using Litestream.Stress.Clients;

namespace Litestream.Stress.Runs;

/// <summary>Makes the database of a run, in a process of its own.</summary>
internal static class TestDatabase
{
    public static async Task CreateAsync(string path, RunPlan plan)
    {
        using var creator = ChildProcess.StartOwn("Workload.dll",
        [
            "create", path, "--page-size", Text(plan.PageSize), "--auto-vacuum", plan.AutoVacuum,
            "--encoding", plan.Encoding, "--rows", Text(plan.InitialRows), "--seed", Text(plan.Seed),
        ]);
        await creator.WaitForExitAsync();
        if (creator.ExitCode != 0) throw new RunFailedException($"No database was made: {await creator.StandardError.ReadToEndAsync()}");

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
