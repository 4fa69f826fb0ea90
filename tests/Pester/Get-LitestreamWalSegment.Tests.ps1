BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
}

Describe 'Get-LitestreamWalSegment' {
    It 'Shows start and end - parameter' {
        $segments = Get-LitestreamWalSegment "$TestDrive/replica" -Generation $Earlier
        $segments.StartOffset | Should -Be 0, 3784, 4320, 4856
        $segments.EndOffset | Should -Be 3784, 4320, 4856, 5392
    }

    It 'Shows those of a snapshot''s index - piped' {
        (Get-LitestreamSnapshot "$TestDrive/replica" $Later | Get-LitestreamWalSegment).EndOffset | Should -Be 568, 1104, 1640
    }

    It 'Lists nothing for an index that has none' {
        Get-LitestreamWalSegment "$TestDrive/replica" -Index 7 | Should -BeNullOrEmpty
    }

    It 'Reads the replicas of a configuration' {
        Set-Content "$TestDrive/litestream.yml" "dbs: [{path: '$TestDrive/app.db', replicas: [{path: '$TestDrive/replica'}]}]"
        $expected = @(Get-LitestreamWalSegment "$TestDrive/replica").Count
        @(Get-LitestreamWalSegment -ConfigPath "$TestDrive/litestream.yml").Count | Should -Be $expected
        @(Get-LitestreamDatabase -ConfigPath "$TestDrive/litestream.yml" | Get-LitestreamWalSegment).Count | Should -Be $expected
    }
}
