<#
.SYNOPSIS
A restore drill for the task scheduler and cron: one line a drill, and an exit code that tells the cause.

.DESCRIPTION
Exit codes:
  0  Passed        the replica restores, and all that was looked at holds
  1  Failed        the replica is bad, or what it restores is
  2  Inconclusive  nothing is known: the store was not reached, or not in time, or there was no room
  3  Skipped       the database is larger than -MaxSize
  4                the drill could not run: a wrong parameter, or no module

Run it under the account, and on the machine, that replicates the database when -Path is given: then the replication is asked to sync,
and the two are compared at the same commit.

.EXAMPLE
15 3 * * *  pwsh -NoProfile -NonInteractive -File /opt/litestream/Drill/drill.ps1 -Replica /backup/app -Path /srv/app.db -LogPath /var/log/drill.log

A line for crontab -e: every night at 3:15. cron mails what goes to standard error, which is nothing unless the exit code is above 0.

.EXAMPLE
$action = New-ScheduledTaskAction -Execute pwsh -Argument '-NoProfile -NonInteractive -File C:\Litestream\drill.ps1 -Replica D:\Backup\app -Path C:\Data\app.db -LogPath C:\Logs\drill.log'
Register-ScheduledTask -TaskName 'Litestream drill' -Action $action -Trigger (New-ScheduledTaskTrigger -Daily -At 3:15) -User 'NT AUTHORITY\LOCAL SERVICE'

The same for the task scheduler of Windows. LastTaskResult of Get-ScheduledTaskInfo is the exit code.

.EXAMPLE
drill.ps1 -Replica s3://bucket/app -RandomPoint -MaxSize 900MB -Timeout 4h -AssertSql 'SELECT count(*) FROM orders'

Any point that the replica promises, with the environment's credential.
#>
param(
    # Folder or URL of the replica.
    [string] $Replica,

    # The live database to compare with.
    [string] $Path,

    # Any point that the replica promises, instead of the latest.
    [switch] $RandomPoint,

    # A query whose first value shall be neither zero nor null.
    [string] $AssertSql,

    # Where the restored database lies meanwhile.
    [string] $WorkingDirectory,

    # The largest database to restore, in bytes.
    [string] $MaxSize,

    # How long the drill may take.
    [string] $Timeout,

    # A file that the line is added to.
    [string] $LogPath,

    # The module, if it is not where PowerShell looks for modules.
    [string] $Module = 'Litestream'
)

$exitCodes = @{ Passed = 0; Failed = 1; Inconclusive = 2; Skipped = 3 }
$couldNotRun = 4

function Format-Drill($Drill) {
    $line = "$($Drill.StartedAt.ToString('u')) $($Drill.Result) $($Drill.Replica) in $([int] $Drill.Duration.TotalSeconds) s"
    if ($Drill.RestoredTo) { $line += ", restored to $($Drill.RestoredTo.ToString('u')) ($($Drill.Generation) $($Drill.Index):$($Drill.Offset))" }
    if ($null -ne $Drill.Rpo) { $line += ", RPO $(if ($Drill.RpoIsUpperBound) { 'at most ' })$([int] $Drill.Rpo.TotalSeconds) s" }
    if ($Drill.Error) { $line += "; $($Drill.Error.ErrorId): $($Drill.Error.Message) $($Drill.Error.Hint)" }
    if ($Drill.FirstBadObject) { $line += "; first bad object $($Drill.FirstBadObject)" }
    if ($Drill.LastGoodPoint) { $line += "; last good point $($Drill.LastGoodPoint.Time.ToString('u'))" }
    $line
}

try {
    $ErrorActionPreference = 'Stop'
    if ($args) { throw "There is no parameter $($args[0])." }
    if (-not $Replica) { throw 'Say with -Replica which replica is to be tested.' }
    Import-Module $Module
    $parameters = @{}
    foreach ($name in 'Replica', 'Path', 'RandomPoint', 'AssertSql', 'WorkingDirectory', 'MaxSize', 'Timeout') {
        if ($PSBoundParameters.ContainsKey($name)) { $parameters[$name] = $PSBoundParameters[$name] }
    }

    $ProgressPreference = 'SilentlyContinue'
    $drill = Test-LitestreamBackup @parameters -ErrorAction SilentlyContinue -ErrorVariable failures -WarningAction SilentlyContinue
    if (-not $drill) { throw $failures[0] }

    $line = Format-Drill $drill
    if ($LogPath) { [System.IO.File]::AppendAllText($LogPath, "$line`n") }
    $code = $exitCodes[$drill.Result]
    if ($code -eq 0) { $line } else { [Console]::Error.WriteLine($line) }
    exit $code
}
catch {
    [Console]::Error.WriteLine("The drill could not run: $_")
    exit $couldNotRun
}
