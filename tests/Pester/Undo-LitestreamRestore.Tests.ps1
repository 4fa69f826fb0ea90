BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
    $id = 'Litestream.PowerShell.Commands.UndoLitestreamRestoreCommand'
}

Describe 'Undo-LitestreamRestore' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        $database = "$folder/app.db"
        $null = Restore-LitestreamDatabase "$TestDrive/replica" $database -Generation $Earlier
        $before = (Get-FileHash $database).Hash
    }

    It 'Puts back what a restore has replaced - piped' {
        $result = Restore-LitestreamDatabase "$TestDrive/replica" $database -Force
        (Get-FileHash $database).Hash | Should -Not -Be $before
        $result.SafetyCopy | Should -Exist
        $result | Undo-LitestreamRestore
        (Get-FileHash $database).Hash | Should -Be $before
    }

    It 'Finds the only former database beside a file - piped' {
        $null = Restore-LitestreamDatabase "$TestDrive/replica" $database -Force
        (Get-Item $database | Undo-LitestreamRestore).Destination | Should -Be $database
        (Get-FileHash $database).Hash | Should -Be $before
    }

    It 'Does not choose between several former databases' {
        $kept = 1..2 | ForEach-Object { (Restore-LitestreamDatabase "$TestDrive/replica" $database -Force).SafetyCopy }
        { Get-Item $database | Undo-LitestreamRestore } | Should -Throw "*$($kept[0])*$($kept[1])*" -ErrorId "InvalidArgument,$id"
        Get-Item $database | Undo-LitestreamRestore -SafetyCopy $kept[0]
        (Get-FileHash $database).Hash | Should -Be $before
    }

    It 'Puts nothing back where nothing was kept - piped' {
        { Get-Item $database | Undo-LitestreamRestore } | Should -Throw -ErrorId "DatabaseNotFound,$id"
        $null = Restore-LitestreamDatabase "$TestDrive/replica" $database -Force
        $restored = (Get-FileHash $database).Hash
        $result = Restore-LitestreamDatabase "$TestDrive/replica" $database -Force -NoSafetyCopy
        { $result | Undo-LitestreamRestore } | Should -Throw -ErrorId "InvalidArgument,$id"
        (Get-FileHash $database).Hash | Should -Be $restored
        # what a result says goes for itself, not for what comes behind it
        $result, (Get-Item $database) | Undo-LitestreamRestore -ErrorAction SilentlyContinue
        (Get-FileHash $database).Hash | Should -Be $before
    }
}
