BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
}

Describe 'Get-LitestreamSnapshot' {
    It 'Lists those of all generations - parameter' {
        (Get-LitestreamSnapshot "$TestDrive/replica").Generation | Should -Be $Later, $Earlier
    }

    It 'Lists those of a generation - piped' {
        $snapshot = Get-LitestreamGeneration "$TestDrive/replica" $Earlier | Get-LitestreamSnapshot
        $snapshot.Generation | Should -Be $Earlier
        $snapshot.Index | Should -Be 0
        $snapshot.Offset | Should -Be 0
    }

    It 'Reads the replicas of a configuration' {
        Set-Content "$TestDrive/litestream.yml" "dbs: [{path: '$TestDrive/app.db', replicas: [{path: '$TestDrive/replica'}]}]"
        $expected = @(Get-LitestreamSnapshot "$TestDrive/replica").Count
        @(Get-LitestreamSnapshot -ConfigPath "$TestDrive/litestream.yml").Count | Should -Be $expected
        @(Get-LitestreamDatabase -ConfigPath "$TestDrive/litestream.yml" | Get-LitestreamSnapshot).Count | Should -Be $expected
    }
}
