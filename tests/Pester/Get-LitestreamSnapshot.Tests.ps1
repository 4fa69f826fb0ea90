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
}
