BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/all/shop/orders.db"
    New-NotesReplica "$TestDrive/all/notes"
}

Describe 'Find-LitestreamReplica' {
    It 'Finds each replica below a folder' {
        (Find-LitestreamReplica "$TestDrive/all").RelativePath | Should -Be 'notes', 'shop/orders.db'
    }

    It 'Restores a fleet from the pipeline' {
        $restored = Find-LitestreamReplica "$TestDrive/all" | Restore-LitestreamDatabase -Destination "$TestDrive/dr/" -ThrottleLimit 2
        $restored.Count | Should -Be 2
        "$TestDrive/dr/notes.db" | Should -Exist
        "$TestDrive/dr/shop/orders.db" | Should -Exist
    }
}
