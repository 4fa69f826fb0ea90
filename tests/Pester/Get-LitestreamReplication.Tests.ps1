BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Get-LitestreamReplication' {
    BeforeAll {
        # in here: what a block adds below the test drive is removed at its end
        $database = "$TestDrive/shop.db"
        Invoke-Shop create $database
        $job = Start-LitestreamReplication $database "$TestDrive/replica"
    }

    AfterAll { Stop-Everything }

    It 'Shows a replication - parameter' {
        $shown = Get-LitestreamReplication $database
        $shown.DatabasePath | Should -Be $database
        $shown.JobId | Should -Be $job.Id
        $shown.Lag | Should -BeOfType timespan
    }

    It 'Shows a replication - piped' {
        ($database | Get-LitestreamReplication).Replica | Should -Be "$TestDrive/replica"
    }

    It 'Catches up with what the application writes' {
        Invoke-Selling $database
        Wait-Until { $r = Get-LitestreamReplication; $r.ReplicaPosition -and $r.ReplicaPosition -eq $r.Position }
        (Get-LitestreamReplication).LagBytes | Should -Be 0
    }

    It 'Matches wildcards' {
        @(Get-LitestreamReplication "$TestDrive/s*.db") | Should -HaveCount 1
        @(Get-LitestreamReplication "$TestDrive/t*.db") | Should -HaveCount 0
    }
}
