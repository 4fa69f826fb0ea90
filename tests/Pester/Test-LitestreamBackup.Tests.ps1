BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
}

Describe 'Test-LitestreamBackup' {
    It 'Restores the latest state, checks it and deletes it - parameter' {
        $drill = Test-LitestreamBackup "$TestDrive/replica" -WorkingDirectory "$TestDrive/work"
        $drill.Result | Should -Be Passed
        $drill.Generation | Should -Be $Later
        $drill.RestoreStatus, $drill.IntegrityStatus, $drill.ForeignKeyStatus | Should -Be Passed, Passed, Passed
        Get-ChildItem "$TestDrive/work" | Should -BeNullOrEmpty
    }

    It 'Tests every generation - piped' {
        (Get-LitestreamGeneration "$TestDrive/replica" | Test-LitestreamBackup).Result | Should -Be Passed, Passed
    }

    It 'Restores a random point' {
        (Test-LitestreamBackup "$TestDrive/replica" -RandomPoint).Result | Should -Be Passed
    }

    It 'Keeps the copy when told' {
        $drill = Test-LitestreamBackup "$TestDrive/replica" -WorkingDirectory "$TestDrive/kept" -KeepCopy
        $drill.RestoredPath | Should -Exist
    }

    It 'Asserts by SQL' {
        (Test-LitestreamBackup "$TestDrive/replica" -AssertSql 'SELECT count(*) FROM note').AssertionStatus | Should -Be Passed
        { Test-LitestreamBackup "$TestDrive/replica" -AssertSql 'SELECT count(*) FROM note WHERE id < 0' } |
            Should -Throw -ErrorId 'AssertionFailed,Litestream.PowerShell.Commands.TestLitestreamBackupCommand'
    }

    It 'Asserts by a script' {
        (Test-LitestreamBackup "$TestDrive/replica" -Assert { param($path) $path | Should -Exist }).Result | Should -Be Passed
        (Test-LitestreamBackup "$TestDrive/replica" -Assert { $_.Result | Should -Be Failed } -ErrorAction SilentlyContinue).Result | Should -Be Failed
    }

    It 'Fails loudly where nothing is' {
        { Test-LitestreamBackup "$TestDrive/nowhere" } |
            Should -Throw -ErrorId 'ReplicaNotFound,Litestream.PowerShell.Commands.TestLitestreamBackupCommand'
        $drill = Test-LitestreamBackup "$TestDrive/nowhere" -ErrorAction SilentlyContinue
        $? | Should -BeFalse
        $drill.Result | Should -Be Failed
    }

    It 'Skips what is too large, and warns' {
        $drill = Test-LitestreamBackup "$TestDrive/replica" -MaxSize 1KB -WarningVariable warnings -WarningAction SilentlyContinue
        $drill.Result | Should -Be Skipped
        $warnings | Should -HaveCount 1
    }

    Context 'With a live database' {
        BeforeEach {
            $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
            Invoke-Shop create "$folder/shop.db"
            $null = Start-LitestreamReplication "$folder/shop.db" "$folder/replica"
        }

        AfterEach { Stop-Everything }

        It 'Compares at the same commit while it is written to' {
            $shop = Start-Shop "$folder/shop.db"
            $drill = Test-LitestreamBackup "$folder/replica" "$folder/shop.db"
            $shop.StandardInput.Close()
            $shop.WaitForExit()
            $drill.Result | Should -Be Passed
            $drill.ComparisonStatus | Should -Be Passed
            $drill.RestoredDigest | Should -Be $drill.LiveDigest
        }

        It 'Takes running replications from the pipeline' {
            $null = Sync-LitestreamDatabase "$folder/shop.db"
            (Get-LitestreamReplication | Test-LitestreamBackup).ComparisonStatus | Should -Be Passed
        }
    }

    It 'Has a script for scheduled tasks, whose exit code tells the cause' {
        $script = "$Repository/samples/Drill/drill.ps1"
        foreach ($case in @("$TestDrive/replica", 0), @("$TestDrive/nowhere", 1)) {
            $null = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $script -Replica $case[0] -Module $Manifest 2>&1
            $LASTEXITCODE | Should -Be $case[1]
        }
    }

    It 'Drills what a configuration names' {
        Set-Content "$TestDrive/litestream.yml" "dbs: [{path: '$TestDrive/nowhere.db', replicas: [{path: '$TestDrive/replica'}]}]"
        $drill = Test-LitestreamBackup -ConfigPath "$TestDrive/litestream.yml" -WarningAction SilentlyContinue -WarningVariable warnings
        $drill.Result | Should -Be 'Passed'
        $warnings | Should -BeLike '*compared with nothing*'
    }
}
