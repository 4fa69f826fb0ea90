BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/all/shop/orders.db"
    New-NotesReplica "$TestDrive/all/notes"
}

Describe 'Find-LitestreamReplica' {
    It 'Finds each replica below a folder' {
        (Find-LitestreamReplica "$TestDrive/all").RelativePath | Should -Be 'notes', 'shop/orders.db'
    }

    It 'Takes folders and their paths - piped' {
        (Get-Item "$TestDrive/all/shop" | Find-LitestreamReplica).RelativePath | Should -Be 'orders.db'
        ("$TestDrive/all/shop", "$TestDrive/all" | Find-LitestreamReplica).RelativePath | Should -Be 'orders.db', 'notes', 'shop/orders.db'
    }

    It 'Tells where nothing is, and goes on' {
        $null = New-Item -ItemType Directory "$TestDrive/empty"
        $found = "$TestDrive/empty", "$TestDrive/all" | Find-LitestreamReplica -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Count | Should -Be 2
        $failures.FullyQualifiedErrorId | Should -Be 'ReplicaNotFound,Litestream.PowerShell.Commands.FindLitestreamReplicaCommand'
    }

    It 'Restores a fleet from the pipeline' {
        $restored = Find-LitestreamReplica "$TestDrive/all" | Restore-LitestreamDatabase -Destination "$TestDrive/dr/" -ThrottleLimit 2
        $restored.Count | Should -Be 2
        "$TestDrive/dr/notes.db" | Should -Exist
        "$TestDrive/dr/shop/orders.db" | Should -Exist
    }
}
