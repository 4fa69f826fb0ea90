BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
}

Describe 'Get-LitestreamRestorePoint' {
    It 'Shows a window of each generation - parameter' {
        $windows = Get-LitestreamRestorePoint "$TestDrive/replica"
        $windows.Count | Should -Be 2
        $windows | Where-Object Missing | Should -BeNullOrEmpty
    }

    It 'Restores a point - piped' {
        $result = Get-LitestreamGeneration "$TestDrive/replica" | Get-LitestreamRestorePoint -All | Select-Object -First 1 |
            Restore-LitestreamDatabase -Destination "$TestDrive/first.db"
        $result.Destination | Should -Exist
    }

    It 'Reads the replicas of a configuration' {
        Set-Content "$TestDrive/litestream.yml" "dbs: [{path: '$TestDrive/app.db', replicas: [{path: '$TestDrive/replica'}]}]"
        $expected = @(Get-LitestreamRestorePoint "$TestDrive/replica").Count
        @(Get-LitestreamRestorePoint -ConfigPath "$TestDrive/litestream.yml").Count | Should -Be $expected
        @(Get-LitestreamDatabase -ConfigPath "$TestDrive/litestream.yml" | Get-LitestreamRestorePoint).Count | Should -Be $expected
    }
}
