BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Invoke-Session([string] $Script) {
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command "Import-Module '$Manifest'; Set-Location '$folder'; `$ErrorActionPreference = 'Stop'; $Script"
    }

    function Get-Restored {
        $target = "$folder/restored.db"
        $null = Restore-LitestreamDatabase "$folder/replica" $target
        Invoke-Shop list $target
    }
}

Describe 'A session that ends' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        Invoke-Shop create "$folder/shop.db"
        Invoke-Selling "$folder/shop.db"
    }

    It 'Ships everything before - <name>' -ForEach @(
        @{ Name = 'at its end'; Script = "'end'"; Code = 0 }
        @{ Name = 'at exit'; Script = 'exit 7'; Code = 7 }
        @{ Name = 'at an error'; Script = "throw 'an error'"; Code = 1 }
        @{ Name = 'after Remove-Module'; Script = 'Remove-Module Litestream'; Code = 0 }
    ) {
        $null = Invoke-Session "`$job = Start-LitestreamReplication ./shop.db ./replica; $script" 2>$null
        $LASTEXITCODE | Should -Be $code
        Get-Restored | Should -Be (Invoke-Shop list "$folder/shop.db")
    }

    It 'Leaves the job running when the module is removed' {
        Invoke-Session '$job = Start-LitestreamReplication ./shop.db ./replica; Remove-Module Litestream; $job.State; Stop-Job $job; $job.State; Remove-Job $job; @(Get-Job).Count' |
            Should -Be Running, Stopped, 0
    }

    It 'Waits for a job with Receive-Job -Wait -AutoRemoveJob' {
        $script = @'
$job = Start-LitestreamReplication ./shop.db ./replica
$kinds = $job | Receive-Job -Wait -AutoRemoveJob | ForEach-Object { if ($_.Kind -eq 'SnapshotShipped') { Stop-LitestreamReplication ./shop.db }; $_.Kind }
$kinds[-1]
@(Get-Job).Count
'@
        Invoke-Session $script | Should -Be Stopped, 0
    }
}
