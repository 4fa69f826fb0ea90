BeforeDiscovery {
    $places = @(
        @{ Culture = 'tr-TR'; Zone = 'Europe/Istanbul' }
        @{ Culture = 'de-DE'; Zone = 'Europe/Berlin' }
        @{ Culture = 'ar-SA'; Zone = 'Asia/Riyadh' }
        @{ Culture = 'th-TH'; Zone = 'America/St_Johns' }
    )
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/notes"

    # What a session in that culture, time zone and width makes of the same things: objects, views, errors and a restore to a time.
    function Get-Picture([string] $Culture, [string] $Zone, [int] $Width) {
        $script = Join-Path $TestDrive 'picture.ps1'
        Set-Content $script @'
param($Manifest, $Folder, $Culture, $Width)
[cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = [cultureinfo]::GetCultureInfo($Culture)
$PSStyle.OutputRendering = 'PlainText'
Import-Module $Manifest
Set-Location $Folder
Get-LitestreamGeneration ./notes | Format-Table | Out-String -Width $Width
Get-LitestreamGeneration ./notes | Format-List | Out-String -Width $Width
Get-LitestreamWalSegment ./notes | ForEach-Object { '{0} {1} {2}' -f $_.Index, $_.EndOffset, $_.CreatedAt.ToString('o') }
Restore-LitestreamDatabase ./notes ./restored.db -Timestamp '2026-05-01T12:00:20Z' -Verbose 4>&1 | Out-String -Width 500
Remove-Item ./restored.db
Remove-LitestreamGeneration ./notes -OlderThan '2026-05-01 12:01:00+00:00' -WhatIf -Verbose 4>&1 | Out-String -Width 500
try { Restore-LitestreamDatabase ./notes x.db -Timestamp '2020-01-01Z' -ErrorAction Stop } catch { "$_ $($_.ErrorDetails.RecommendedAction)" }
(Test-LitestreamBackup ./notes -MaxSize 1 -WarningAction Ignore).Result
Get-LitestreamSnapshot ./notes -Generation 0b2ad470f44f1ca0 | ForEach-Object CreatedAt | ForEach-Object UtcTicks
'@
        $former = $env:TZ
        $env:TZ = $Zone
        try {
            & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $script $Manifest $TestDrive $Culture $Width
        }
        finally {
            $env:TZ = $former
        }
    }

    $expected = Get-Picture '' 'UTC' 80
}

Describe 'Results' {
    It 'Are there' {
        $expected | Out-String | Should -BeLike '*CreatedAt     : 2026-05-01 12:00:00 UTC*'
        $expected | Out-String | Should -BeLike '*Skipped*'
    }

    It 'Are the same in <culture> and <zone>' -ForEach $places {
        (Get-Picture $culture $zone 80) -replace ' *\d+(\.\d+)? m?s\b' | Should -Be ($expected -replace ' *\d+(\.\d+)? m?s\b')
    }

    It 'Keep their columns in a window of 200' {
        $wide = Get-Picture '' 'UTC' 200
        $wide -match '^[0-9a-f]{16} ' | Should -Be ($expected -match '^[0-9a-f]{16} ')
    }

    # Windows takes no time zone from the environment
    It 'Are refused for a local time that is there twice or not at all, but not with its offset' -Skip:$IsWindows {
        $script = @"
Import-Module '$Manifest'
foreach (`$time in '2025-10-26 02:30', '2025-03-30 02:30', '2025-10-26 02:30+01:00', '2025-03-30 01:30Z', '2025-10-26 01:30') {
    try { Restore-LitestreamDatabase '$TestDrive/notes' '$TestDrive/x.db' -Timestamp `$time -WhatIf -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId -replace ',.*' }
}
"@
        $former = $env:TZ
        $env:TZ = 'Europe/Berlin'
        try { $ids = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script }
        finally { $env:TZ = $former }
        $ids | Should -Be ParameterArgumentTransformationError, ParameterArgumentTransformationError, RestorePointNotFound, RestorePointNotFound, RestorePointNotFound
    }
}
