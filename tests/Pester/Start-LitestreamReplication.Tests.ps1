BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $id = 'Litestream.PowerShell.Commands.StartLitestreamReplicationCommand'
}

Describe 'Start-LitestreamReplication' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        $database = "$folder/shop.db"
        $replica = "$folder/replica"
        Invoke-Shop create $database
    }

    AfterEach { Stop-Everything }

    It 'Replicates until it is stopped - parameter' {
        $job = Start-LitestreamReplication $database $replica
        Invoke-Selling $database
        Stop-Job $job
        $job.State | Should -Be Stopped
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list $database)
    }

    It 'Replicates until it is stopped - piped' {
        $job = Get-Item $database | Start-LitestreamReplication -Replica $replica
        Invoke-Selling $database
        Stop-Job $job
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list $database)
    }

    It 'Replicates what a list names, each to its own replica - piped' {
        Invoke-Shop create "$folder/other.db"
        $job = "LiteralPath,Replica", "$database,$replica", "$folder/other.db,$folder/r2" | ConvertFrom-Csv | Start-LitestreamReplication
        @($job).Count | Should -Be 1
        Wait-Until { @(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 2 }
        (Get-LitestreamReplication "$folder/other.db").Replica | Should -Be "$folder/r2"
    }

    It 'Starts again what was shown, with all its replicas - piped' {
        $job = Start-LitestreamReplication $database $replica, "$folder/r2"
        $shown = Get-LitestreamReplication
        Stop-Job $job
        $null = $shown | Start-LitestreamReplication
        (Get-LitestreamReplication).Replica | Should -Be $replica, "$folder/r2"
    }

    It 'Asks for the database and its replica where nothing is given' {
        $script = "Import-Module '$Manifest'; try { Start-LitestreamReplication } catch { `$_.Exception.Message }"
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script | Should -Match 'parameters: Path Replica'
    }

    It 'Takes a retention of 0 as text, as pwsh -File has it' {
        Set-Content "$folder/start.ps1" "param(`$Retention) Import-Module '$Manifest'; (Start-LitestreamReplication '$database' '$replica' -Retention `$Retention).State"
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File "$folder/start.ps1" -Retention 0 | Should -Be Running
    }

    It 'Refuses a second replication of the database' {
        $null = Start-LitestreamReplication $database $replica
        { Start-LitestreamReplication $database "$folder/other" } | Should -Throw -ErrorId "ReplicationAlreadyRunning,$id"
    }

    It 'Fails with a stable id when another process replicates the database' {
        $script = "Import-Module '$Manifest'; Start-LitestreamReplication '$database' '$replica' -Wait"
        $other = Start-Process (Get-Process -Id $PID).Path -ArgumentList '-NoProfile', '-Command', $script -PassThru -RedirectStandardOutput "$folder/out"
        Wait-Until { Test-Path "$replica/generations/*/snapshots/*" }
        $job = Start-LitestreamReplication $database "$folder/other"
        $null = Wait-Job $job -Timeout 60
        $job.State | Should -Be Failed
        { Receive-Job $job -ErrorAction Stop } | Should -Throw -ErrorId 'ReplicationAlreadyRunning*'
        Stop-Process $other
    }

    It 'Syncs a last time on SIGTERM' -Skip:$IsWindows {
        $script = "Import-Module '$Manifest'; Start-LitestreamReplication '$database' '$replica' -SyncInterval 30s -Wait"
        $service = Start-Process (Get-Process -Id $PID).Path -ArgumentList '-NoProfile', '-Command', $script -PassThru -RedirectStandardOutput "$folder/out"
        Wait-Until { Test-Path "$replica/generations/*/snapshots/*" }
        Invoke-Selling $database
        & kill -TERM $service.Id
        $service.WaitForExit()
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list $database)
    }

    It 'Syncs a last time when the session ends' {
        $script = "Import-Module '$Manifest'; `$null = Start-LitestreamReplication '$database' '$replica'; " +
            "while (-not (Test-Path '$folder/go')) { Start-Sleep -Milliseconds 50 }"
        $session = Start-Process (Get-Process -Id $PID).Path -ArgumentList '-NoProfile', '-Command', $script -PassThru
        Wait-Until { Test-Path "$replica/generations/*/snapshots/*" }
        Invoke-Selling $database
        $null = New-Item "$folder/go"
        $session.WaitForExit()
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list $database)
    }

    It 'Does nothing with WhatIf' {
        Start-LitestreamReplication $database $replica -WhatIf | Should -BeNullOrEmpty
        $replica | Should -Not -Exist
    }

    It 'Tells what is no database' {
        Set-Content "$folder/text.db" ('x' * 5000)
        { Start-LitestreamReplication "$folder/text.db" $replica } | Should -Throw -ErrorId "NotADatabase,$id"
        { Start-LitestreamReplication "$folder/missing.db" $replica } | Should -Throw -ErrorId "DatabaseNotFound,$id"
    }

    It 'Waits for a database that is to come' {
        $job = Start-LitestreamReplication "$folder/later.db" $replica -WaitForDatabase
        Wait-Until { (Get-LitestreamReplication).State -eq 'Waiting' }
        Invoke-Shop create "$folder/later.db"
        Invoke-Selling "$folder/later.db"
        Stop-Job $job
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list "$folder/later.db")
    }

    It 'Survives <Name> of the database in the same session' -Skip:$IsWindows -TestCases @(
        @{ Name = 'Get-FileHash'; Trap = { Get-FileHash $args[0] } }
        @{ Name = 'Copy-Item'; Trap = { Copy-Item "$($args[0])*" "$(Split-Path $args[0])/copies" } }
    ) {
        $null = New-Item -ItemType Directory "$folder/copies"
        $job = Start-LitestreamReplication $database $replica
        Wait-Until { Test-Path "$replica/generations/*/snapshots/*" }
        $seller = Start-Shop $database
        Wait-Until { @(Invoke-Shop list $database).Count -gt 0 }
        1..10 | ForEach-Object { & $Trap $database; Start-Sleep -Milliseconds 100 }
        $seller.StandardInput.Close()
        $seller.WaitForExit()
        Stop-Job $job
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list $database)
        @(Invoke-Shop list $database).Count | Should -BeGreaterThan 0
    }

    It 'Refuses a duration that may be misread' {
        { Start-LitestreamReplication $database $replica -SyncInterval '10' } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'Takes up what comes to a folder' {
        $null = New-Item -ItemType Directory "$folder/tenants/one", "$folder/tenants/two"
        Set-Content "$folder/litestream.yml" "dbs: [{path: '$folder/tenants/*/app.db', replicas: [{path: '$folder/backup'}]}]"
        Invoke-Shop create "$folder/tenants/one/app.db"
        $job = Start-LitestreamReplication -ConfigPath "$folder/litestream.yml"
        Wait-Until { (Get-LitestreamReplication).State -eq 'Running' }
        Invoke-Shop create "$folder/tenants/two/app.db"
        Wait-Until { @(Get-LitestreamReplication | Where-Object State -eq Running).Count -eq 2 }
        Invoke-Selling "$folder/tenants/two/app.db"
        Stop-LitestreamReplication -ConfigPath "$folder/litestream.yml"
        $job.State | Should -Be 'Stopped'
        $null = Restore-LitestreamDatabase "$folder/backup/two/app.db" "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list "$folder/tenants/two/app.db")
    }
}
