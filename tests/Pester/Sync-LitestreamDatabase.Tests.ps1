BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Sync-LitestreamDatabase' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        $database = "$folder/shop.db"
        $replica = "$folder/replica"
        Invoke-Shop create $database
    }

    AfterEach { Stop-Everything }

    It 'Replicates once what nobody replicates - parameter' {
        $result = Sync-LitestreamDatabase $database $replica
        $result.WasRunning | Should -BeFalse
        $result.BytesShipped | Should -BeGreaterThan 0
        $result.Replica | Should -Be $replica
        Get-LitestreamReplication | Should -BeNullOrEmpty
        (Get-LitestreamGeneration $replica).Generation | Should -Be $result.Generation
    }

    It 'Replicates once what nobody replicates - piped' {
        ($database | Sync-LitestreamDatabase -Replica $replica -Timeout 5m).DatabasePath | Should -Be $database
    }

    It 'Asks for the database where nothing is given' {
        $script = "Import-Module '$Manifest'; try { Sync-LitestreamDatabase } catch { `$_.Exception.Message }"
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script | Should -Match 'parameters: Path'
    }

    It 'Pushes the replication that runs' {
        $null = Start-LitestreamReplication $database $replica
        Invoke-Selling $database
        (Sync-LitestreamDatabase $database).WasRunning | Should -BeTrue
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list $database)
    }

    It 'Pushes the replication of another pwsh' {
        $script = "Import-Module '$Manifest'; Start-LitestreamReplication '$database' '$replica' -Wait"
        $other = Start-Process pwsh -PassThru -ArgumentList '-NoProfile', '-NonInteractive', '-Command', "`"$script`""
        Wait-Until { (Get-LitestreamReplication).ProcessId -eq $other.Id }
        $result = Sync-LitestreamDatabase $database $replica
        $result.ProcessId | Should -Be $other.Id
        Stop-LitestreamReplication $database
        $other.WaitForExit(60000) | Should -BeTrue
    }

    It 'Does nothing with -WhatIf' {
        Sync-LitestreamDatabase $database $replica -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath $replica | Should -BeFalse
    }

    It 'Tells when nothing runs and no replica is given' {
        { Sync-LitestreamDatabase $database } |
            Should -Throw -ErrorId 'ReplicationNotFound,Litestream.PowerShell.Commands.SyncLitestreamDatabaseCommand'
    }

    It 'Gives up in time' {
        Set-Content "$folder/taken" 'a file'
        { Sync-LitestreamDatabase $database "$folder/taken" -Timeout 500ms } |
            Should -Throw -ErrorId 'Timeout,Litestream.PowerShell.Commands.SyncLitestreamDatabaseCommand'
    }
}
