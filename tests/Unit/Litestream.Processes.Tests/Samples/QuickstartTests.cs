using System.Diagnostics;
using System.Text.RegularExpressions;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

public sealed partial class QuickstartTests
{
    [Fact]
    public async Task Quickstart_replicates_and_restores_what_was_deleted()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.Combine(Repository.Root, "samples", "Quickstart", "bin", configuration, "net10.0", "Quickstart.dll");
        using var run = new TemporaryFolder(); // other tests stop all replications that they see
        using var quickstart = Process.Start(new ProcessStartInfo("dotnet", [program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LITESTREAM_RUN_FOLDER"] = run["run"] },
        })!;

        var errors = quickstart.StandardError.ReadToEndAsync();
        var output = await quickstart.StandardOutput.ReadToEndAsync();
        await quickstart.WaitForExitAsync();

        Assert.True(quickstart.ExitCode == 0, await errors + output);
        Assert.DoesNotContain('\x1b', output);
        var restored = int.Parse(RestoredOrders().Match(output).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(restored >= 5, output);
    }

    [GeneratedRegex(@"The restored one has (\d+), the last of them:")]
    private static partial Regex RestoredOrders();
}
