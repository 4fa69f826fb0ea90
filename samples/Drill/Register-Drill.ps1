<#
.SYNOPSIS
Registers drill.ps1 with the task scheduler of Windows, every night.

.DESCRIPTION
Run it once, elevated. (Get-ScheduledTaskInfo 'Litestream drill').LastTaskResult is the exit code: 0 passed, 1 failed, 2 inconclusive, 3 skipped,
4 could not run. Use the account that replicates, so that the replication can be asked to sync first.

.EXAMPLE
./Register-Drill.ps1 -Replica D:\Backup\app -Path C:\Data\app.db -LogPath C:\Logs\drill.log -User 'NT AUTHORITY\LOCAL SERVICE'
#>
param(
    # Folder or URL of the replica.
    [Parameter(Mandatory)]
    [string] $Replica,

    # The live database to compare with.
    [string] $Path,

    # A file that each drill adds a line to.
    [string] $LogPath,

    # When, every day.
    [string] $At = '3:15',

    # The account.
    [string] $User = 'NT AUTHORITY\LOCAL SERVICE',

    # The task's name.
    [string] $TaskName = 'Litestream drill'
)

$ErrorActionPreference = 'Stop'
$arguments = "-NoProfile -NonInteractive -File `"$PSScriptRoot/drill.ps1`" -Replica `"$Replica`""
if ($Path) { $arguments += " -Path `"$Path`"" }
if ($LogPath) { $arguments += " -LogPath `"$LogPath`"" }

$task = @{
    TaskName    = $TaskName
    Description = 'Restores the replica, checks it, and throws the copy away.'
    User        = $User
    Action      = New-ScheduledTaskAction -Execute 'pwsh' -Argument $arguments
    Trigger     = New-ScheduledTaskTrigger -Daily -At $At
    Settings    = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit '06:00:00'
}
Register-ScheduledTask @task
