BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
}

Describe 'Get-LitestreamGeneration' {
    It 'Lists all - parameter' {
        (Get-LitestreamGeneration "$TestDrive/replica").Generation | Should -Be $Later, $Earlier
    }

    It 'Lists all - piped' {
        ("$TestDrive/replica" | Get-LitestreamGeneration).Generation | Should -Be $Later, $Earlier
    }

    It 'Takes a path of a PowerShell drive' {
        (Get-LitestreamGeneration TestDrive:/replica $Earlier).SegmentCount | Should -Be 4
    }

    It 'Has typed times and sizes' {
        $generation = Get-LitestreamGeneration "$TestDrive/replica" -Generation $Earlier
        $generation.UpdatedAt | Should -BeOfType DateTimeOffset
        $generation.UpdatedAt - $generation.CreatedAt | Should -Be ([timespan]::FromSeconds(30))
        $generation.Size | Should -BeOfType long
    }

    It 'Says what is there when a generation is not' {
        { Get-LitestreamGeneration "$TestDrive/replica" -Generation 0123456789abcdef } |
            Should -Throw -ErrorId 'GenerationNotFound,Litestream.PowerShell.Commands.GetLitestreamGenerationCommand'
    }

    It 'Tells an empty folder' {
        { Get-LitestreamGeneration "$TestDrive/nowhere" } |
            Should -Throw -ErrorId 'ReplicaNotFound,Litestream.PowerShell.Commands.GetLitestreamGenerationCommand'
    }

    It 'Reads the replicas of a configuration' {
        Set-Content "$TestDrive/litestream.yml" "dbs: [{path: '$TestDrive/app.db', replicas: [{path: '$TestDrive/replica'}]}]"
        $expected = @(Get-LitestreamGeneration "$TestDrive/replica").Count
        @(Get-LitestreamGeneration -ConfigPath "$TestDrive/litestream.yml").Count | Should -Be $expected
        @(Get-LitestreamDatabase -ConfigPath "$TestDrive/litestream.yml" | Get-LitestreamGeneration).Count | Should -Be $expected
    }

    It 'Goes on behind a path of a drive that is not there' {
        $failure = $null
        $found = "nowhere$($PID):/replica", "$TestDrive/replica" | Get-LitestreamGeneration -ErrorAction SilentlyContinue -ErrorVariable failure
        $found.Generation | Should -Contain $Later
        $failure.FullyQualifiedErrorId | Should -BeLike 'DriveNotFound,*'
    }
}
