BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
}

Describe 'Undo-LitestreamRestore' {
    It 'Puts back what a restore has replaced' {
        Restore-LitestreamDatabase "$TestDrive/replica" "$TestDrive/app.db" -Generation $Earlier
        $before = (Get-FileHash "$TestDrive/app.db").Hash
        $result = Restore-LitestreamDatabase "$TestDrive/replica" "$TestDrive/app.db" -Force
        (Get-FileHash "$TestDrive/app.db").Hash | Should -Not -Be $before
        $result.SafetyCopy | Should -Exist
        $result | Undo-LitestreamRestore
        (Get-FileHash "$TestDrive/app.db").Hash | Should -Be $before
    }
}
