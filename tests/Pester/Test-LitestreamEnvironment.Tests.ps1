BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Test-LitestreamEnvironment' {
    BeforeAll {
        $database = "$TestDrive/shop.db"
        $replica = "$TestDrive/replica"
        Invoke-Shop create $database
    }

    It 'Looks at the module alone' {
        (Test-LitestreamEnvironment).Check | Should -Be 'ModuleSqlite'
    }

    It 'Looks at a database and a replica, and leaves nothing - parameter' {
        $findings = Test-LitestreamEnvironment $database $replica
        $findings.Severity | Should -Not -Contain 'Error'
        $findings.Check | Should -Contain 'JournalMode'
        ($findings | Where-Object Check -like 'Replica*').Check | Should -Be 'ReplicaList', 'ReplicaPut', 'ReplicaGet', 'ReplicaDelete'
        Test-Path $replica | Should -BeFalse
    }

    It 'Looks at files - piped' {
        (Get-Item $database | Test-LitestreamEnvironment | Where-Object Check -eq JournalMode).Severity | Should -Be 'Ok'
    }

    It 'Takes wildcards, and names without them' {
        $odd = "$TestDrive/odd[1].db"
        Invoke-Shop create $odd
        $look = { $args[0] | Where-Object Check -eq JournalMode | ForEach-Object Target }
        & $look (Test-LitestreamEnvironment "$TestDrive/*.db") | Should -Be $odd, $database
        & $look (Test-LitestreamEnvironment -LiteralPath $odd) | Should -Be $odd
        & $look (Get-Item -LiteralPath $odd | Test-LitestreamEnvironment) | Should -Be $odd
        { Test-LitestreamEnvironment "$TestDrive/*.sqlite" -ErrorAction Stop } | Should -Throw -ErrorId 'DatabaseNotFound,*'
    }

    It 'Touches no replica with -WhatIf' {
        (Test-LitestreamEnvironment $database $replica -WhatIf).Check | Should -Not -Contain 'ReplicaPut'
    }

    It 'Tells what is wrong, with a hint, and writes no error' {
        $finding = Test-LitestreamEnvironment "$TestDrive/no/where.db" -ErrorAction Stop | Where-Object Check -eq Database
        $finding.Severity | Should -Be 'Error'
        $finding.Hint | Should -Not -BeNullOrEmpty
    }

    It 'Shows one table for a database, with the hint where something is to be done' {
        $text = (Test-LitestreamEnvironment $database $replica | Out-String -Width 80) -replace '\s+', ' '
        ([regex]::Matches($text, "Target: $([regex]::Escape($database)) ")).Count | Should -Be 1
        $text | Should -BeLike '*what takes one takes both. Put it on another disk*'
    }

    It 'Looks at a configuration' {
        $config = "$TestDrive/litestream.yml"
        Set-Content $config "dbs: [{path: '$database', replicas: [{path: '$replica'}]}]"
        (Test-LitestreamEnvironment -ConfigPath $config).Check | Should -Contain 'ReplicaDelete'
        (Get-LitestreamDatabase -ConfigPath $config | Test-LitestreamEnvironment).Check | Should -Contain 'ReplicaDelete'
    }
}
