using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace Litestream.Bench.Micro;

/// <summary>Measures the functions in which a replication spends its time, one by one, with BenchmarkDotNet.</summary>
internal static class MicroRun
{
    // in this very process: the one that it would build does not know of central package versions
    private static readonly IConfig s_config = DefaultConfig.Instance
        .AddJob(Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance))
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "litestream-micro"));

    /// <summary>Runs those whose names fit.</summary>
    /// <param name="filter">Patterns such as <c>*Checksum*</c>; all when there is none.</param>
    public static int Run(string[] filter)
    {
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroRun).Assembly).Run(["--filter", .. filter.DefaultIfEmpty("*")], s_config);
        return summaries.Any() && summaries.All(s => s.Reports.Length > 0 && s.Reports.All(r => r.Success)) ? 0 : 1;
    }
}
