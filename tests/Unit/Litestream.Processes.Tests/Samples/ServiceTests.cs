using System.Globalization;
using Litestream.PowerShell.Tests.Fixtures;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

/// <summary>samples/Systemd and samples/Service.</summary>
public sealed class ServiceTests : ReplicationTests
{
    private const int Terminated = 143;

    [SkippableFact]
    public void Unit_replicates_and_answers_SIGTERM_with_a_last_sync()
    {
        using var service = SampleProcess.Start(Unit("litestream-app.service").After("ExecStart="));
        service.WaitForLine("SnapshotShipped");
        Application.Write(Database, commits: 20);

        service.Terminate();
        var end = service.WaitForEnd();

        Assert.Contains(end.ExitCode, new[] { 0, Terminated });
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    /// <summary>The script took any error for the end, also one that replication goes on after.</summary>
    [SkippableFact]
    public void Unit_goes_on_after_trouble_that_passes()
    {
        var (replica, aside) = (Host.Folder["replica"], Host.Folder["aside"]);
        using var service = SampleProcess.Start(Unit("litestream-app.service").After("ExecStart="));
        service.WaitForLine("SnapshotShipped");
        Directory.Move(replica, aside);
        File.WriteAllText(replica, "in the way");
        Application.Write(Database, commits: 5);
        service.WaitForLine("Stalled");
        File.Delete(replica);
        Directory.Move(aside, replica);
        service.WaitForLine("Recovered");

        service.Terminate();
        var end = service.WaitForEnd();

        Assert.Contains(end.ExitCode, new[] { 0, Terminated });
        Assert.Contains("does not get on", end.Errors, StringComparison.Ordinal);
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [SkippableFact]
    public void Unit_is_started_again_after_what_may_pass_only()
    {
        var line = Unit("litestream-app.service").After("ExecStart=");
        using var service = SampleProcess.Start(line);
        service.WaitForLine("SnapshotShipped");

        Assert.Equal(1, SampleProcess.Run(line).ExitCode);
        Assert.Equal(4, SampleProcess.Run(line.Replace(Database, "/nowhere.db", StringComparison.Ordinal)).ExitCode);
        Assert.Equal(4, SampleProcess.Run(line.Replace(Host.Folder["replica"], "gopher://x", StringComparison.Ordinal)).ExitCode);
        Assert.Equal(4, SampleProcess.Run($"{line} -Module Nothing").ExitCode);
        Assert.Equal("4", Unit("litestream-app.service").After("RestartPreventExitStatus="));
        Assert.Equal($"{Terminated}", Unit("litestream-app.service").After("SuccessExitStatus="));
    }

    [Fact]
    public void Unit_waits_longer_than_a_last_sync_may_take()
    {
        var unit = Unit("litestream-app.service");
        var sync = unit.After("ExecStart=").Split("-ShutdownTimeout ")[1].TrimEnd('s');

        Assert.True(int.Parse(unit.After("TimeoutStopSec="), CultureInfo.InvariantCulture) > int.Parse(sync, CultureInfo.InvariantCulture));
    }

    [SkippableFact]
    public void Drill_of_the_timer_passes_while_the_service_replicates_and_fails_with_its_cause()
    {
        using var service = SampleProcess.Start(Unit("litestream-app.service").After("ExecStart="));
        service.WaitForLine("SnapshotShipped");
        Application.Write(Database, commits: 5);
        var drill = Unit("litestream-drill.service").After("ExecStart=");

        var passed = SampleProcess.Run(drill);

        Assert.True(passed.ExitCode == 0, passed.Errors);
        Assert.Contains("Passed", passed.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Host.Folder["work"]));
        Assert.Equal(3, SampleProcess.Run($"{drill} -MaxSize 1000").ExitCode);
        Assert.Equal(1, SampleProcess.Run($"{drill} -AssertSql 'SELECT 0'").ExitCode);
    }

    [SkippableFact]
    public void Systemd_takes_the_units()
    {
        Skip.IfNot(SampleProcess.Has("systemd-analyze"), "systemd-analyze is not here");
        string[] names = ["litestream-app.service", "litestream-drill.service", "litestream-drill.timer"];
        foreach (var name in names) File.WriteAllText(Host.Folder[name], Unit(name).Text);

        var check = SampleProcess.Run($"systemd-analyze verify --man=no --recursive-errors=no {string.Join(' ', names.Select(n => Host.Folder[n]))}");

        Assert.True(check.ExitCode == 0, check.Errors);
        Assert.DoesNotContain(Host.Folder.Path, check.Errors, StringComparison.Ordinal);
    }

    private SampleFile Unit(string name) => SampleFile.Read($"Systemd/{name}", Host.Folder.Path);
}
