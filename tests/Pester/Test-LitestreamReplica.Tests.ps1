BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
}

Describe 'Test-LitestreamReplica' {
    It 'Passes each generation - parameter' {
        (Test-LitestreamReplica "$TestDrive/replica").Result | Should -Be 'Passed', 'Passed'
    }

    It 'Passes each generation - piped' {
        $tests = Get-LitestreamGeneration "$TestDrive/replica" | Test-LitestreamReplica
        $tests.Result | Should -Be 'Passed', 'Passed'
        $tests.EndProof | Should -Be 'NotProvable', 'NotProvable'
    }

    It 'Fails the generation that lacks an object, and goes on' {
        New-NotesReplica "$TestDrive/damaged"
        Get-ChildItem "$TestDrive/damaged/generations/$Earlier/snapshots" | Select-Object -First 1 | Remove-Item
        $tests = Test-LitestreamReplica "$TestDrive/damaged" -ErrorAction SilentlyContinue -ErrorVariable failures
        $tests.Count | Should -Be 2
        ($tests | Where-Object Generation -eq $Earlier).Result | Should -Be 'Failed'
        $failures[0].FullyQualifiedErrorId | Should -Be 'ObjectMissing,Litestream.PowerShell.Commands.TestLitestreamReplicaCommand'
    }

    It 'Passes each generation - configuration' {
        Set-Content "$TestDrive/litestream.yml" "dbs: [{path: '$TestDrive/app.db', replicas: [{path: '$TestDrive/replica'}]}]"
        (Test-LitestreamReplica -ConfigPath "$TestDrive/litestream.yml").Result | Should -Be 'Passed', 'Passed'
        (Get-LitestreamDatabase -ConfigPath "$TestDrive/litestream.yml" | Test-LitestreamReplica -Generation $Later).Result | Should -Be 'Passed'
    }
}
