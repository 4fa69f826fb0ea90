<#
.SYNOPSIS
Whether a replication of this machine, or container, does its work: exit code 0 if it does, 1 if not.

.DESCRIPTION
Healthy is a replication that runs and whose replica lags by less than -MaxLag. Run it under the account that replicates.

.EXAMPLE
pwsh -NoProfile -NonInteractive -File health.ps1 -Database /srv/app/app.db -MaxLag 120
#>
param(
    # The database.
    [string] $Database = $env:LITESTREAM_DATABASE,

    # The age in seconds of the oldest change that the replica may miss.
    [int] $MaxLag = 300,

    # The module, if it is not where PowerShell looks for modules.
    [string] $Module = 'Litestream'
)

try {
    $ErrorActionPreference = 'Stop'
    if ($args) { throw "There is no parameter $($args[0])." }
    Import-Module $Module
    $replications = @(Get-LitestreamReplication -LiteralPath $Database)
    if (-not $replications) { throw "'$Database' is not replicated." }
    foreach ($replication in $replications) {
        $line = "$($replication.State), $($replication.Replica) $($replication.ReplicaState), lag $([int] $replication.Lag.TotalSeconds) s"
        if ($replication.State -ne 'Running' -or $replication.Lag.TotalSeconds -ge $MaxLag) { throw $line }
        $line
    }
    exit 0
}
catch {
    [Console]::Error.WriteLine("Unhealthy: $_")
    exit 1
}
