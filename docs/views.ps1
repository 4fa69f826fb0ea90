<#
.SYNOPSIS
Makes views.md anew: runs the cmdlets of the staged module and writes down what they show.

.EXAMPLE
./docs/views.ps1 /srv
Works in a folder that is there and empty. Its path is in the page.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Folder
)

. "$PSScriptRoot/../tests/Pester/common.ps1"

if (Get-ChildItem -LiteralPath $Folder -Force) { throw "$Folder is not empty." }
$page = [System.Text.StringBuilder]::new()

function Add-Text([string] $Text) { $null = $page.Append($Text).Append("`n") }

function Add-View($Shown) {
    Add-Text '```'
    Add-Text (($Shown | Out-String -Width 80) -replace "`r").Trim("`n")
    Add-Text '```'
}

# A section: the objects as a table, then the same, or others, as a list.
function Add-Section([string] $Title, $Object, $Listed = $Object) {
    Add-Text "`n`n## $Title`n"
    Add-View ($Object | Format-Table)
    Add-Text ''
    Add-View ($Listed | Format-List)
}

$PSStyle.OutputRendering = 'PlainText'
$ProgressPreference = 'SilentlyContinue'
Add-Text @'
# What the cmdlets show

Each view as a session 80 columns wide shows it: first the table, then the list (`Format-List`). The objects have real types underneath: sizes are bytes, times
are DateTimeOffset, durations TimeSpan. The page is made by [views.ps1](views.ps1).
'@

Push-Location $Folder
try {
    Invoke-Shop create "$Folder/shop.db"
    Set-Content litestream.yml "dbs:`n  - path: shop.db`n    replicas: [{ path: replica }]`n  - path: other.db`n    replicas: [{ path: r2 }, { url: 's3://bucket/other' }]"
    New-NotesReplica "$Folder/notes"
    $job = Start-LitestreamReplication ./shop.db ./replica
    $null = Sync-LitestreamDatabase ./shop.db
    Invoke-Selling "$Folder/shop.db"
    $null = Sync-LitestreamDatabase ./shop.db
    Add-Section Get-LitestreamDatabase (Get-LitestreamDatabase -ConfigPath ./litestream.yml)
    Add-Section Get-LitestreamReplication (Get-LitestreamReplication)
    Add-Section Job (Get-Job -Id $job.Id)
    Invoke-Selling "$Folder/shop.db" -Orders 1
    Add-Section Sync-LitestreamDatabase (Sync-LitestreamDatabase ./shop.db)
    Add-Section Get-LitestreamGeneration (Get-LitestreamGeneration ./notes)
    Add-Section Get-LitestreamSnapshot (Get-LitestreamSnapshot ./notes)
    Add-Section Get-LitestreamWalSegment (Get-LitestreamWalSegment ./notes)
    Add-Section Find-LitestreamReplica (Find-LitestreamReplica .)
    Add-Section Get-LitestreamRestorePoint (Get-LitestreamRestorePoint ./notes)
    Add-Section 'Get-LitestreamRestorePoint -All' (Get-LitestreamRestorePoint ./notes -All)
    $drill = Test-LitestreamBackup ./replica ./shop.db
    $environment = Test-LitestreamEnvironment ./shop.db ./replica
    Stop-LitestreamReplication ./shop.db
    $null = Wait-Job $job
    Add-Section Test-LitestreamReplica (Test-LitestreamReplica ./replica)
    Add-Section Test-LitestreamBackup $drill
    Add-Section 'Test-LitestreamBackup failed' (Test-LitestreamBackup ./replica -AssertSql 'select 0' -ErrorAction Ignore)
    Add-Section 'Tables of a drill' $drill.Tables
    Add-Section Events (Receive-Job $job)
    $restored = Restore-LitestreamDatabase ./replica ./shop.db -Force
    Add-Section Restore-LitestreamDatabase $restored
    Add-Section Undo-LitestreamRestore ($restored | Undo-LitestreamRestore)
    Add-Section New-LitestreamReplica (New-LitestreamReplica s3://bucket/app -Region eu-central-1 -StorageClass STANDARD_IA -EncryptByStore -Tag @{ team = 'shop' })
    Remove-Item "./notes/generations/$Earlier/wal/00000000_00000ec8.wal.lz4"
    $damaged = Test-LitestreamReplica ./notes -ErrorAction Ignore
    Add-Section 'Test-LitestreamReplica damaged' $damaged
    Add-Section Damage $damaged.Damage
    Add-Section 'Partial restore' (Restore-LitestreamDatabase ./notes ./partial.db -Generation $Earlier -AllowPartial -WarningAction Ignore)
    Add-Section Test-LitestreamEnvironment $environment ($environment | Where-Object Severity -ne Ok)
    Add-Section Remove-LitestreamGeneration (Remove-LitestreamGeneration ./notes $Earlier -Confirm:$false)
}
finally {
    Stop-Everything
    Pop-Location
}

[System.IO.File]::WriteAllText("$PSScriptRoot/views.md", $page.ToString().Replace("`r", ''))
