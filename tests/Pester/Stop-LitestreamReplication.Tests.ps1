BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Stop-LitestreamReplication' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        $database = "$folder/shop.db"
        Invoke-Shop create $database
        $job = Start-LitestreamReplication $database "$folder/replica"
    }

    AfterEach { Stop-Everything }

    It 'Ends a replication - parameter' {
        (Stop-LitestreamReplication $database -PassThru).State | Should -Be Stopped
        Get-LitestreamReplication | Should -BeNullOrEmpty
    }

    It 'Ends a replication by its job - piped' {
        $job | Stop-LitestreamReplication
        $job.State | Should -Be Stopped
    }

    It 'Ends a replication of a link - parameter and piped' -Skip:$IsWindows {
        Stop-LitestreamReplication $database
        $link = (New-Item -ItemType SymbolicLink "$folder/link.db" -Target $database).FullName
        foreach ($path in $link, $database) {
            $job = Start-LitestreamReplication $link "$folder/replica"
            (Sync-LitestreamDatabase $path).DatabasePath | Should -Be $database
            (Get-LitestreamReplication $path).DatabasePath | Should -Be $database
            (Stop-LitestreamReplication $path -PassThru).State | Should -Be Stopped
        }

        $job = Start-LitestreamReplication $link "$folder/replica"
        $job | Stop-LitestreamReplication
        $job.State | Should -Be Stopped
    }

    It 'Ends all - piped' {
        Get-LitestreamReplication | Stop-LitestreamReplication
        Get-LitestreamReplication | Should -BeNullOrEmpty
    }

    It 'Does not hang when the job is received' {
        $events = Receive-Job $job -Wait | ForEach-Object { Stop-LitestreamReplication $database -ErrorAction Ignore; $_ }
        $events[0].Kind | Should -Be Started
    }

    It 'Tells when nothing runs' {
        { Stop-LitestreamReplication "$folder/other.db" } |
            Should -Throw -ErrorId 'ReplicationNotFound,Litestream.PowerShell.Commands.StopLitestreamReplicationCommand'
    }
}
