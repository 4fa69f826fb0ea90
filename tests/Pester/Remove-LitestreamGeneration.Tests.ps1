BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $id = 'Litestream.PowerShell.Commands.RemoveLitestreamGenerationCommand'
}

Describe 'Remove-LitestreamGeneration' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        $replica = "$folder/replica"
        New-NotesReplica $replica
    }

    AfterEach { Stop-Everything }

    It 'Deletes a generation - parameter' {
        $removed = Remove-LitestreamGeneration $replica $Earlier -Confirm:$false
        $removed.SegmentsRemoved | Should -Be 4
        $removed.SizeRemoved | Should -BeOfType long
        (Get-LitestreamGeneration $replica).Generation | Should -Be $Later
        "$replica/generations/$Earlier" | Should -Not -Exist
    }

    It 'Deletes a generation - piped' {
        $null = Get-LitestreamGeneration $replica -Generation $Earlier | Remove-LitestreamGeneration -Confirm:$false
        (Get-LitestreamGeneration $replica).Generation | Should -Be $Later
    }

    It 'Deletes what is older than a window' {
        (Remove-LitestreamGeneration $replica -Retention 24h -Confirm:$false).Reason | Should -Be Outdated
        (Get-LitestreamGeneration $replica).Generation | Should -Be $Later
        Remove-LitestreamGeneration $replica -Retention 24h -Confirm:$false | Should -BeNullOrEmpty
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db"
    }

    It 'Deletes nothing for a window of no time: -Retention 0 of a replication keeps all' {
        { Remove-LitestreamGeneration $replica -Retention 0 -Confirm:$false } | Should -Throw -ErrorId "InvalidArgument,$id"
        @(Get-LitestreamGeneration $replica).Count | Should -Be 2
    }

    It 'Keeps what a time inside the window needs' {
        Remove-LitestreamGeneration $replica -OlderThan '2026-05-01T12:00:45Z' -Confirm:$false | Should -BeNullOrEmpty
        $null = Restore-LitestreamDatabase $replica "$folder/restored.db" -Timestamp '2026-05-01T12:00:45Z'
    }

    It 'Deletes nothing with WhatIf' {
        Remove-LitestreamGeneration $replica $Earlier -WhatIf | Should -BeNullOrEmpty
        Get-LitestreamGeneration $replica | Should -HaveCount 2
    }

    It 'Asks before it deletes' {
        (Get-Command Remove-LitestreamGeneration).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false).ConfirmImpact |
            Should -Be High
    }

    It 'Deletes nothing where nobody can be asked' {
        $script = "Import-Module '$Manifest'; Remove-LitestreamGeneration '$replica' $Earlier; `$Error[0].FullyQualifiedErrorId; `$Error[0].Exception.GetType().Name"
        $said = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script 2>$null
        $said[-1] | Should -Not -Be LitestreamException
        Get-LitestreamGeneration $replica | Should -HaveCount 2
    }

    It 'Refuses the last one without Force' {
        $null = Remove-LitestreamGeneration $replica $Earlier -Confirm:$false
        { Remove-LitestreamGeneration $replica $Later -Confirm:$false } | Should -Throw -ErrorId "LastGeneration,$id"
        $null = Remove-LitestreamGeneration $replica $Later -Force -Confirm:$false
        "$replica/generations" | Should -Not -Exist
    }

    It 'Refuses one that a replication uses' {
        Invoke-Shop create "$folder/shop.db"
        $null = Start-LitestreamReplication "$folder/shop.db" "$folder/shop"
        Wait-Until { Test-Path "$folder/shop/generations/*/snapshots/*.lz4" }
        { Get-LitestreamGeneration "$folder/shop" | Remove-LitestreamGeneration -Force -Confirm:$false } | Should -Throw -ErrorId "GenerationInUse,$id"
    }

    It 'Refuses one that another process uses, and deletes it with Force when that process is gone' {
        Invoke-Shop create "$folder/shop.db"
        $script = "Import-Module '$Manifest'; Start-LitestreamReplication '$folder/shop.db' '$folder/shop' -Wait"
        $other = Start-Process (Get-Process -Id $PID).Path -ArgumentList '-NoProfile', '-Command', $script -PassThru -RedirectStandardOutput "$folder/out"
        try {
            Wait-Until { Test-Path "$folder/shop/generations/*/snapshots/*.lz4" }
            { Get-LitestreamGeneration "$folder/shop" | Remove-LitestreamGeneration -Force -Confirm:$false } |
                Should -Throw "*process $($other.Id)*" -ErrorId "GenerationInUse,$id"
        } finally {
            Stop-Process $other -Force
            $other.WaitForExit()
        }
        { Get-LitestreamGeneration "$folder/shop" | Remove-LitestreamGeneration -Confirm:$false } | Should -Throw -ErrorId "GenerationInUse,$id"
        $null = Get-LitestreamGeneration "$folder/shop" | Remove-LitestreamGeneration -Force -Confirm:$false
        "$folder/shop/generations" | Should -Not -Exist
    }

    It 'Tells a generation that is not there' {
        { Remove-LitestreamGeneration $replica 0123456789abcdef -Confirm:$false } | Should -Throw -ErrorId "GenerationNotFound,$id"
    }
}
