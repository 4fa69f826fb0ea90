BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Get-LitestreamDatabase' {
    BeforeAll {
        # in here: what a block adds below the test drive is removed at its end
        $database = "$TestDrive/shop.db"
        $config = "$TestDrive/litestream.yml"
        Invoke-Shop create $database
        Set-Content $config "dbs:`n  - path: $database`n    replicas:`n      - path: $TestDrive/replica`n        retention: 48h"
    }

    AfterAll { Stop-Everything }

    It 'Lists what is configured - parameter' {
        $found = Get-LitestreamDatabase -ConfigPath $config
        $found.Database | Should -Be $database
        $found.Retention | Should -Be ([timespan]::FromHours(48))
        $found.Exists | Should -BeTrue
    }

    It 'Lists what is configured - piped' {
        (Get-Item $config | Get-LitestreamDatabase).Database | Should -Be $database
    }

    It 'Leads on to a replication' {
        $job = Get-LitestreamDatabase -ConfigPath $config | Start-LitestreamReplication
        Wait-Until { (Get-LitestreamDatabase shop.db -ConfigPath $config).IsReplicating }
        Get-LitestreamDatabase -ConfigPath $config | Stop-LitestreamReplication
        $job.State | Should -Be 'Stopped'
    }

    It 'Refuses an unknown key with its line' {
        Set-Content "$TestDrive/wrong.yml" "dbs: []`nretentoin: {enabled: false}"
        { Get-LitestreamDatabase -ConfigPath "$TestDrive/wrong.yml" -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidConfiguration*' -ExpectedMessage '*line 2*'
    }

    It 'Is silent about a wildcard that means none, but <cmdlet> is not' -ForEach @(
        @{ Cmdlet = 'Start-LitestreamReplication' }, @{ Cmdlet = 'Sync-LitestreamDatabase' }, @{ Cmdlet = 'Restore-LitestreamDatabase' }
        @{ Cmdlet = 'Test-LitestreamBackup' }, @{ Cmdlet = 'Test-LitestreamReplica' }, @{ Cmdlet = 'Test-LitestreamEnvironment' }
        @{ Cmdlet = 'Get-LitestreamGeneration' }
    ) {
        Get-LitestreamDatabase shpo* -ConfigPath $config | Should -BeNullOrEmpty
        { & $cmdlet -ConfigPath $config -Database shpo* } | Should -Throw -ErrorId 'DatabaseNotFound*' -ExpectedMessage "*no database 'shpo*'."
        { & $cmdlet -ConfigPath $config -Database shop*, shpo* } | Should -Throw -ErrorId 'DatabaseNotFound*'
    }
}
