using Litestream.PowerShell.Tests.Fixtures;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

/// <summary>samples/Drill, as cron and the task scheduler of Windows run it.</summary>
public sealed class ScheduledDrillTests : ReplicationTests
{
    private const string Scheduler = """
        function New-ScheduledTaskAction { param($Execute, $Argument) "$Execute $Argument" }
        function New-ScheduledTaskTrigger { param([switch] $Daily, [datetime] $At) "$Daily $($At.ToString('HH:mm'))" }
        function New-ScheduledTaskSettingsSet { param([switch] $StartWhenAvailable, $MultipleInstances, [timespan] $ExecutionTimeLimit) }
        function Register-ScheduledTask { param($TaskName, $Description, $User, $Action, $Trigger, $Settings) $Action, $Trigger }

        """;

    private const int FieldsBeforeCommand = 6;

    [SkippableFact]
    public void Line_of_cron_runs_a_drill_and_fails_with_its_cause()
    {
        var line = SampleFile.Read("Drill/litestream-drill.cron", Host.Folder.Path).Text.TrimEnd().Split('\n')[^1];
        var fields = line.Split(' ', FieldsBeforeCommand + 1, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["15", "3", "*", "*", "*", "litestream"], fields[..FieldsBeforeCommand]);
        Assert.DoesNotContain('%', line); // cron makes a new line of it

        DrillWith(fields[^1], Host.Folder["drill.log"]);
    }

    [SkippableFact]
    public void Task_of_Windows_runs_a_drill_and_fails_with_its_cause()
    {
        var log = Host.Folder["drill log"];
        var task = Host.Run(Scheduler + "& $args[0] -Replica ./replica -Path ./app.db -LogPath $args[1]".Replace("./", Host.Folder.Path + "/", StringComparison.Ordinal),
            SampleFile.PathOf("Drill/Register-Drill.ps1"), log).Succeeded();
        Assert.Equal("True 03:15", task[1].ToString());

        DrillWith(task[0].ToString().Replace("pwsh ", SampleProcess.Pwsh + " ", StringComparison.Ordinal), log);
    }

    private void DrillWith(string command, string log)
    {
        Application.Write(Database, commits: 5);
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();

        var passed = SampleProcess.Run(command);
        Assert.True(passed.ExitCode == 0, passed.Errors);
        Assert.Equal(string.Empty, passed.Errors);
        Assert.Contains("Passed", File.ReadAllText(log), StringComparison.Ordinal);
        Assert.Equal(3, SampleProcess.Run($"{command} -MaxSize 1000").ExitCode);
        Assert.Equal(4, SampleProcess.Run($"{command} -Module Nothing").ExitCode);
        Assert.Equal(2, SampleProcess.Run($"{command} -WorkingDirectory '{log}'").ExitCode);

        foreach (var file in Directory.GetFiles(Host.Folder["replica"], "*.lz4", SearchOption.AllDirectories)) File.WriteAllBytes(file, []);
        var failed = SampleProcess.Run(command);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("ObjectCorrupt", failed.Errors, StringComparison.Ordinal);
        Assert.Contains("Failed", File.ReadAllText(log), StringComparison.Ordinal);
    }
}
