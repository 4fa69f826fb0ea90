using System.Management.Automation;
using System.Reflection;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class JobStreamTests(ModuleHost host) : IClassFixture<ModuleHost>
{
    [Fact]
    public void Streams_keep_the_last_thousand_of_ten_thousand_records_that_nobody_receives()
    {
        host.UseEngine();
        using var job = new EmptyJob();
        var type = ModuleAssemblies.Cmdlets.GetType("Litestream.PowerShell.Replications.JobStreams", throwOnError: true)!;
        var streams = Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.NonPublic, null, [job], null)!;

        for (var i = 0; i < 10_000; i++)
        {
            type.GetMethod("WriteObject")!.Invoke(streams, [i]);
            type.GetMethod("WriteWarning")!.Invoke(streams, [$"{i}"]);
            type.GetMethod("WriteProgress")!.Invoke(streams, [new ProgressRecord(1, "activity", $"{i}")]);
        }

        Assert.Equal(Enumerable.Range(9000, 1000), job.Output.Select(o => (int)o.BaseObject));
        Assert.Equal("9999", job.Warning[^1].Message);
        Assert.Equal(1000, job.Warning.Count);
        Assert.Equal("9999", Assert.Single(job.Progress).StatusDescription);
    }

    private sealed class EmptyJob : Job
    {
        public override bool HasMoreData => false;

        public override string Location => string.Empty;

        public override string StatusMessage => string.Empty;

        public override void StopJob()
        {
        }
    }
}
