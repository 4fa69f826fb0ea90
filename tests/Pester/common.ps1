# Is dotted by every test file: the staged module, and what the tests need.
$ErrorActionPreference = 'Stop'

$Repository = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
$Manifest = "$Repository/out/Litestream/Litestream.psd1"
$Shop = "$Repository/out/samples/Shop/Shop.dll"
foreach ($built in $Manifest, $Shop) {
    if (-not (Test-Path -LiteralPath $built)) { throw "$built is not there. Run: dotnet build $Repository/Litestream.sln" }
}

# The tests see and stop only replications of their own, whatever else runs on this machine, and wherever those of the account meet.
if ($env:LITESTREAM_RUN_FOLDER -notlike '*lsps-pester-*') {
    $env:LITESTREAM_RUN_FOLDER = [System.IO.Directory]::CreateTempSubdirectory('lsps-pester-').FullName
}

# Nor do they take profiles of the account; the AWS SDK looks once in a process where they are.
if (-not $env:AWS_SHARED_CREDENTIALS_FILE) {
    $env:AWS_SHARED_CREDENTIALS_FILE = "$env:LITESTREAM_RUN_FOLDER/aws.ini"
    Set-Content -LiteralPath $env:AWS_SHARED_CREDENTIALS_FILE "[backup]`naws_access_key_id = key`naws_secret_access_key = secret"
}

Import-Module $Manifest

$Earlier = '0b2ad470f44f1ca0'
$Later = '082a8f643eecaa50'

# The replica of tests/Unit/Litestream.PowerShell.Tests/TestData/README.md, from 2026-05-01 12:00 UTC on.
function New-NotesReplica([string] $Path) {
    $null = New-Item -ItemType Directory $Path
    Copy-Item "$Repository/tests/Unit/Litestream.PowerShell.Tests/TestData/notes/generations" $Path -Recurse
    $start = [datetime]::new(2026, 5, 1, 12, 0, 0, [System.DateTimeKind]::Utc)
    $seconds = @{
        "$Earlier/snapshots/00000000.snapshot.lz4" = 0; "$Earlier/wal/00000000_00000000.wal.lz4" = 0
        "$Earlier/wal/00000000_00000ec8.wal.lz4" = 10; "$Earlier/wal/00000000_000010e0.wal.lz4" = 20
        "$Earlier/wal/00000000_000012f8.wal.lz4" = 30
        "$Later/snapshots/00000000.snapshot.lz4" = 60; "$Later/wal/00000000_00000000.wal.lz4" = 60
        "$Later/wal/00000000_00000238.wal.lz4" = 70; "$Later/wal/00000000_00000450.wal.lz4" = 80
    }
    foreach ($key in $seconds.Keys) {
        [System.IO.File]::SetLastWriteTimeUtc("$Path/generations/$key", $start.AddSeconds($seconds[$key]))
    }
}

# An application on SQLite, always another process.
function Invoke-Shop([string] $Command, [string] $Path) {
    $output = & dotnet $Shop $Command $Path
    if ($LASTEXITCODE -ne 0) { throw "The shop's '$Command' ended with $LASTEXITCODE." }
    $output
}

function Start-Shop([string] $Path) {
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    foreach ($argument in $Shop, 'sell', $Path) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $true
    [System.Diagnostics.Process]::Start($start)
}

# Takes some orders and ends.
function Invoke-Selling([string] $Path, [int] $Orders = 3) {
    $target = @(Invoke-Shop list $Path).Count + $Orders
    $process = Start-Shop $Path
    Wait-Until { @(Invoke-Shop list $Path).Count -ge $target }
    $process.StandardInput.Close()
    $process.WaitForExit()
}

# An S3 store with these buckets, to be stopped by its Id; nothing where none is installed.
function Start-Store([string[]] $Bucket) {
    if (-not (Get-Command moto_server -ErrorAction Ignore)) { return }
    $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $log = [System.IO.Path]::GetTempFileName()
    $process = Start-Process moto_server '-H', '127.0.0.1', '-p', $port -PassThru -RedirectStandardOutput $log -RedirectStandardError "$log.err"
    $endpoint = "http://127.0.0.1:$port"
    foreach ($name in $Bucket) { Wait-Until { try { Invoke-RestMethod "$endpoint/$name" -Method Put; $true } catch { $false } } }
    [pscustomobject]@{ Id = $process.Id; Endpoint = $endpoint }
}

function Wait-Until([scriptblock] $Condition) {
    $deadline = [datetime]::UtcNow.AddSeconds(60)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $deadline) { throw "Did not come true: $Condition" }
        Start-Sleep -Milliseconds 50
    }
}

# Whether this process ignores SIGINT, as one that a script has started in the background: those that it starts do, too.
function Test-InterruptIgnored {
    $IsLinux -and ([Convert]::ToUInt64(((Get-Content /proc/self/status) -match '^SigIgn')[0].Split("`t")[1], 16) -band 2)
}

# Ends what a test left running.
function Stop-Everything {
    Get-LitestreamReplication | Stop-LitestreamReplication
    Get-Job | Where-Object PSJobTypeName -eq LitestreamReplication | Remove-Job -Force
}
