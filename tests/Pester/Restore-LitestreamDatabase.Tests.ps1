BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
    $id = 'Litestream.PowerShell.Commands.RestoreLitestreamDatabaseCommand'
}

Describe 'Restore-LitestreamDatabase' {
    BeforeEach { $file = "$TestDrive/$([guid]::NewGuid()).db" }

    It 'Restores the latest state - parameter' {
        $result = Restore-LitestreamDatabase "$TestDrive/replica" $file
        $result.Generation | Should -Be $Later
        $result.Transactions | Should -Be 3
        (Get-Item -LiteralPath $file).Length | Should -Be $result.Size
    }

    It 'Restores the latest state - piped' {
        ("$TestDrive/replica" | Restore-LitestreamDatabase -Destination $file).Offset | Should -Be 1640
    }

    It 'Restores a time' {
        (Restore-LitestreamDatabase "$TestDrive/replica" $file -Timestamp '2026-05-01T12:00:25Z').Offset | Should -Be 4856
    }

    It 'Restores a position - parameter' {
        (Restore-LitestreamDatabase "$TestDrive/replica" $file -Generation $Earlier -Index 0 -Offset 4320).Offset | Should -Be 4320
    }

    It 'Restores a generation by its time - piped' {
        $result = Get-LitestreamGeneration "$TestDrive/replica" |
            Where-Object UpdatedAt -lt '2026-05-01T12:01:00Z' | Restore-LitestreamDatabase -Destination $file
        $result.Generation | Should -Be $Earlier
    }

    It 'Restores a snapshot alone - piped' {
        (Get-LitestreamSnapshot "$TestDrive/replica" $Later | Restore-LitestreamDatabase -Destination $file).Transactions | Should -Be 0
    }

    It 'Restores up to the end of a segment - piped' {
        $result = Get-LitestreamWalSegment "$TestDrive/replica" $Earlier | Select-Object -Index 1 | Restore-LitestreamDatabase -Destination $file
        $result.Offset | Should -Be 4320
    }

    It 'Gives a file that Get-Item takes' {
        (Restore-LitestreamDatabase "$TestDrive/replica" $file | Get-Item).FullName | Should -Be $file
    }

    It 'Makes a file in a folder' {
        (Restore-LitestreamDatabase "$TestDrive/replica" "$TestDrive/folder/").Destination | Should -Be "$TestDrive/folder/replica.db"
    }

    It 'Prints the plan with WhatIf and makes nothing' {
        $shown = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command (
            "Import-Module '$Manifest'; Restore-LitestreamDatabase '$TestDrive/replica' '$file' -WhatIf")
        -join $shown | Should -BeLike '*3 WAL segments*'
        $file | Should -Not -Exist
    }

    It 'Refuses two inputs for one target' {
        { Get-LitestreamGeneration "$TestDrive/replica" | Restore-LitestreamDatabase -Destination $file } | Should -Throw -ErrorId "TargetNotUnique,$id"
        $file | Should -Not -Exist
    }

    It 'Refuses a target that exists' {
        Set-Content $file mine
        { Restore-LitestreamDatabase "$TestDrive/replica" $file } | Should -Throw -ErrorId "RestoreTargetExists,$id"
        Get-Content $file | Should -Be mine
    }

    It 'Fails at damage, and restores up to it with AllowPartial' {
        New-NotesReplica "$TestDrive/damaged"
        $segment = "generations/$Later/wal/00000000_00000450.wal.lz4"
        Set-Content "$TestDrive/damaged/$segment" '' -NoNewline
        { Restore-LitestreamDatabase "$TestDrive/damaged" $file } | Should -Throw -ErrorId "ObjectCorrupt,$id"
        $file | Should -Not -Exist
        $result = Restore-LitestreamDatabase "$TestDrive/damaged" $file -AllowPartial -WarningVariable said -WarningAction SilentlyContinue
        $result.IsPartial | Should -BeTrue
        $result.DamagedObject | Should -Be $segment
        $result.Offset | Should -Be 1104
        "$said" | Should -BeLike "*$segment*lost*"
    }

    It 'Restores to where a configuration says' {
        $config = "$TestDrive/litestream.yml"
        Set-Content $config "dbs: [{path: '$file', replicas: [{name: near, path: '$TestDrive/replica'}]}]"
        (Restore-LitestreamDatabase -ConfigPath $config -ReplicaName near).Destination | Should -Be $file
        { Restore-LitestreamDatabase -ConfigPath $config -ErrorAction Stop } | Should -Throw -ErrorId 'RestoreTargetExists,*'
        (Get-LitestreamDatabase -ConfigPath $config | Restore-LitestreamDatabase -Destination "$TestDrive/dr/").Destination | Should -BeLike "*dr*$(Split-Path $file -Leaf)"
    }
}
