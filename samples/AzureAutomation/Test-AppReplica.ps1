<#
.SYNOPSIS
An Azure Automation runbook that proves a replica: all of it, or a sample, is read and checked. Nothing is written to disk.

.DESCRIPTION
For runbooks of PowerShell 7.4 in the cloud: they have 400 MB of memory, 1 GB of disk, three hours, and no child processes. The module is added to the
Automation account as a zip file, the key of the store as a credential asset.

A job has no exit code but a state and an error, so the cause is the first word of the error that ends it:
  (Completed)    the replica holds
  Failed         something in the replica is damaged or missing
  Inconclusive   nothing is known: the store was not reached, or denied access
  CouldNotRun    a wrong parameter, no module, no credential asset

What was found comes before, as an object for each generation.

.EXAMPLE
Start-AzAutomationRunbook -Name Test-AppReplica -Parameters @{ Replica = 's3://bucket/app'; CredentialName = 'BackupKey'; SamplePercent = 20 }
#>
param(
    # Folder or URL of the replica.
    [Parameter(Mandatory)]
    [string] $Replica,

    # The credential asset with the access key and its secret; without it, none is used.
    [string] $CredentialName,

    # The endpoint of a store that is not AWS.
    [string] $Endpoint,

    # The region of the bucket.
    [string] $Region,

    # Read only so many percent of the objects.
    [int] $SamplePercent = 100,

    # The module.
    [string] $Module = 'Litestream'
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

try {
    Import-Module $Module
    $parameters = @{ Replica = $Replica; SamplePercent = $SamplePercent }
    if ($CredentialName) {
        $parameters.Credential = Get-AutomationPSCredential -Name $CredentialName
        if (-not $parameters.Credential) { throw "There is no credential asset '$CredentialName'." }
    }
    if ($Endpoint) { $parameters.Endpoint = $Endpoint }
    if ($Region) { $parameters.Region = $Region }
    $tests = @(Test-LitestreamReplica @parameters -ErrorAction SilentlyContinue -ErrorVariable failures)
}
catch { throw "CouldNotRun: $_" }

$tests
if ($failures) {
    $cause = switch ("$($failures[0].CategoryInfo.Category)") {
        InvalidArgument { 'CouldNotRun' }
        { $_ -in 'InvalidData', 'InvalidResult', 'InvalidType', 'ObjectNotFound' } { 'Failed' }
        default { 'Inconclusive' }
    }
    throw "${cause}: $($failures[0]) $($failures[0].ErrorDetails.RecommendedAction)"
}
if (-not $tests) { throw "Failed: the replica '$Replica' holds nothing." }
