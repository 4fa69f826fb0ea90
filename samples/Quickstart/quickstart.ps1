<#
.SYNOPSIS
Replicates the database of a working application, loses its data, and restores it as it was before.

.DESCRIPTION
Runs in pwsh and, without pwsh, by `dotnet run --project samples/Quickstart`: it uses only what PowerShell's engine itself has.
#>
param(
    # Everything is made in here; a folder of this name is emptied first.
    [string] $Folder = "$PSScriptRoot/../../out/quickstart"
)

$ErrorActionPreference = 'Stop'
$root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
Import-Module "$root/Litestream.psd1"

$Folder = [System.IO.Path]::GetFullPath($Folder)
if ([System.IO.Directory]::Exists($Folder)) { [System.IO.Directory]::Delete($Folder, $true) }
$null = [System.IO.Directory]::CreateDirectory($Folder)
$database = "$Folder/shop.db"
$replica = "$Folder/replica"

# A shop that takes orders: always another process, as an application is.
function Start-Shop([string] $Command, [string] $Path) {
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    foreach ($argument in "$root/out/samples/Shop/Shop.dll", $Command, $Path) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    [System.Diagnostics.Process]::Start($start)
}

function Invoke-Shop([string] $Command, [string] $Path) {
    $shop = Start-Shop $Command $Path
    $output = $shop.StandardOutput.ReadToEnd()
    $shop.WaitForExit()
    if ($shop.ExitCode -ne 0) { throw "The shop's '$Command' ended with $($shop.ExitCode)." }
    $output -split '\r?\n' | Where-Object Length
}

function Get-Order([string] $Path) {
    Invoke-Shop list $Path | ForEach-Object {
        $id, $ordered, $item, $price = $_ -split '\t'
        [pscustomobject]@{ Order = [int] $id; Ordered = [DateTimeOffset] $ordered; Item = $item; Price = [double] $price }
    }
}

function Show([string] $Title, $Value) {
    "`n--- $Title" | Out-Default
    $Value | Out-Default
}

Invoke-Shop create $database
$shop = Start-Shop sell $database
Show "A shop (process $($shop.Id)) takes orders. Its database is replicated while it does:"
$job = Start-LitestreamReplication $database $replica
Show 'Start-LitestreamReplication' $job

[System.Threading.Thread]::Sleep(5000)
$null = Sync-LitestreamDatabase $database # the first snapshot takes longer on a slow machine
Show 'Get-LitestreamReplication, after five seconds' (Get-LitestreamReplication $database)

$before = [DateTimeOffset]::UtcNow
[System.Threading.Thread]::Sleep(1000)
Invoke-Shop forget $database
Show "Somebody deletes all orders, just after $($before.ToString('HH:mm:ss.fff')) UTC. The shop goes on."
[System.Threading.Thread]::Sleep(2000)

$shop.StandardInput.Close()
$shop.WaitForExit()
Stop-LitestreamReplication $database
Show 'Receive-Job: what happened' (Receive-Job $job -ErrorAction Continue)
Show 'Get-LitestreamGeneration' (Get-LitestreamGeneration $replica)
$segments = @(Get-LitestreamWalSegment $replica)
Show "Get-LitestreamWalSegment: the last five of $($segments.Count)" $segments[-5..-1]

Show "Restore-LitestreamDatabase -Timestamp '$($before.ToString('o'))'" (
    Restore-LitestreamDatabase $replica -Destination "$Folder/restored.db" -Timestamp $before)

$now = @(Get-Order $database)
$then = @(Get-Order "$Folder/restored.db")
Show "The shop's database has $($now.Count) orders left. The restored one has $($then.Count), the last of them:" $then[-5..-1]
Show "Look around in $Folder."
