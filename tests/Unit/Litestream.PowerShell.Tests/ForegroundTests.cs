using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class ForegroundTests : ReplicationTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void Wait_writes_events_until_stopped_from_elsewhere()
    {
        using var foreground = new ModuleHost();
        using var shell = foreground.Create("Start-LitestreamReplication $args[0] $args[1] -Wait", Database, Host.Folder["replica"]);
        var output = new PSDataCollection<PSObject>();
        var run = shell.BeginInvoke<PSObject, PSObject>(null, output);
        WaitUntil("(Get-LitestreamReplication).State -eq 'Running'");
        Application.Write(Database, commits: 5);

        Host.Run("Stop-LitestreamReplication $args[0]", Database).Succeeded();

        Assert.True(run.AsyncWaitHandle.WaitOne(s_limit));
        shell.EndInvoke(run);
        Assert.Equal("Started", output[0].Value<string>("Kind"));
        Assert.Equal("Stopped", output[^1].Value<string>("Kind"));
        Assert.Empty(foreground.Run("Get-Job").Succeeded());
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void Wait_syncs_a_last_time_when_the_pipeline_is_stopped()
    {
        using var foreground = new ModuleHost();
        using var shell = foreground.Create("Start-LitestreamReplication $args[0] $args[1] -Wait -ShutdownTimeout 30s", Database, Host.Folder["replica"]);
        shell.BeginInvoke();
        WaitUntil("(Get-LitestreamReplication).State -eq 'Running'");
        Application.Write(Database, commits: 5);

        shell.Stop();

        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [Fact]
    public void Wait_ends_with_what_follows_it_in_the_pipeline()
    {
        using var foreground = new ModuleHost();

        // ends the pipeline from downstream, as Select-Object -First does
        foreground.Run("foreach ($i in 1) { Start-LitestreamReplication $args[0] $args[1] -Wait | ForEach-Object { break } }", Database, Host.Folder["replica"]);

        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }

    [Fact]
    public void Wait_reports_a_failure_with_its_id()
    {
        File.WriteAllText(Host.Folder["taken"], "a file where a folder should be");

        var result = Host.Run("Start-LitestreamReplication ./app.db ./replica -MetadataPath ./taken -Wait");

        Assert.Equal(["MetadataUnwritable"], result.ErrorIds);
        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
    }
}
