<#
.SYNOPSIS
Replicates a database until it is told to end: for systemd, a container, or any other supervisor of one process.

.DESCRIPTION
SIGTERM (and Ctrl-C) is answered with a last sync, then the end. What happens is a line of standard output each; warnings and errors go to
standard error.

Exit codes:
  0    stopped, and the replica holds everything
  1    replication has ended with an error, or the last sync has failed: start it again
  4    it could not run: a wrong parameter, no such database, no module; starting it again changes nothing
  143  stopped by SIGTERM after the last sync, where the system ends the process before the script does

.EXAMPLE
pwsh -NoProfile -NonInteractive -File replicate.ps1 -Database /srv/app/app.db -Replica s3://bucket/app
#>
param(
    # The database.
    [string] $Database = $env:LITESTREAM_DATABASE,

    # Folder or URL of the replica. The credential is the environment's, or AWS's configuration.
    [string] $Replica = $env:LITESTREAM_REPLICA,

    # How long the last sync may take; the supervisor must wait longer than that.
    [string] $ShutdownTimeout = '30s',

    # The module, if it is not where PowerShell looks for modules.
    [string] $Module = 'Litestream'
)

$couldNotRun = 4
$notHelpedByAnotherStart = 'InvalidArgument', 'InvalidData', 'InvalidOperation', 'NotImplemented', 'NotInstalled', 'ObjectNotFound'
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

try {
    if ($args) { throw "There is no parameter $($args[0])." }
    if (-not $Database -or -not $Replica) { throw 'Say with -Database and -Replica what is replicated, and where to.' }
    Import-Module $Module
}
catch {
    [Console]::Error.WriteLine("Replication could not run: $_")
    exit $couldNotRun
}

$end = $failure = $null
try {
    # an error that passes, as of a replica that can't be reached for now, is told and ends nothing
    Start-LitestreamReplication -LiteralPath $Database -Replica $Replica -ShutdownTimeout $ShutdownTimeout -Wait -ErrorAction Continue 2>&1 | ForEach-Object {
        if ($_ -is [System.Management.Automation.ErrorRecord]) {
            $failure = $_
            [Console]::Error.WriteLine("$_ $($_.ErrorDetails.RecommendedAction)")
        }
        else {
            $end = $_.Kind
            [Console]::Out.WriteLine("$($_.Time.ToString('u')) $($_.Kind): $($_.Message)")
        }
    }
    if ($end -eq 'Stopped') { exit 0 }
}
catch {
    $failure = $_
}

[Console]::Error.WriteLine("Replication has ended: $failure $($failure.ErrorDetails.RecommendedAction)")
if ("$($failure.CategoryInfo.Category)" -in $notHelpedByAnotherStart) { exit $couldNotRun }
exit 1
