BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Invoke-Session([string] $Script) {
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command "Import-Module '$Manifest'; Set-Location '$folder'; `$ErrorActionPreference = 'Stop'; $Script"
    }

    function Get-Restored {
        $target = "$folder/restored.db"
        $null = Restore-LitestreamDatabase "$folder/replica" $target
        Invoke-Shop list $target
    }
}

Describe 'A session that ends' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        Invoke-Shop create "$folder/shop.db"
        Invoke-Selling "$folder/shop.db"
    }

    It 'Ships everything before - <name>' -ForEach @(
        @{ Name = 'at its end'; Script = "'end'"; Code = 0 }
        @{ Name = 'at exit'; Script = 'exit 7'; Code = 7 }
        @{ Name = 'at an error'; Script = "throw 'an error'"; Code = 1 }
        @{ Name = 'after Remove-Module'; Script = 'Remove-Module Litestream'; Code = 0 }
    ) {
        $null = Invoke-Session "`$job = Start-LitestreamReplication ./shop.db ./replica; $script" 2>$null
        $LASTEXITCODE | Should -Be $code
        Get-Restored | Should -Be (Invoke-Shop list "$folder/shop.db")
    }

    It 'Ends soon after Ctrl-C though a store hangs - <name>' -Skip:$IsWindows -ForEach @(
        @{ Name = 'a job'; Begin = '$job ='; End = "; 'started'; Start-Sleep 120" }
        # which has ended the pipeline by then: the command in it is told of no Ctrl-C
        @{ Name = '-Wait, with Select-Object'; Begin = ''; End = "-Wait | Select-Object -First 1 | ForEach-Object { 'started' }" }
    ) {
        if (Test-InterruptIgnored) { Set-ItResult -Skipped -Because 'nobody here hears SIGINT' }
        $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        $start = [System.Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
        $script = "Import-Module '$Manifest'; $begin Start-LitestreamReplication '$folder/shop.db' s3://bucket/shop -Endpoint http://127.0.0.1:$($listener.LocalEndpoint.Port) $end"
        '-NoProfile', '-NonInteractive', '-Command', $script | ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardOutput = $true
        $start.Environment['LITESTREAM_ACCESS_KEY_ID'] = $start.Environment['LITESTREAM_SECRET_ACCESS_KEY'] = 'x'
        $session = [System.Diagnostics.Process]::Start($start)
        try {
            $session.StandardOutput.ReadLine() | Should -Be started
            # it waits for its last sync by then
            Start-Sleep -Milliseconds 500
            kill -INT $session.Id
            # the limit of a last sync is 30 s
            $session.WaitForExit(20000) | Should -BeTrue
        }
        finally {
            if (-not $session.HasExited) { $session.Kill() }
            $listener.Stop()
        }
        Invoke-Shop list "$folder/shop.db" | Should -Not -BeNullOrEmpty
    }

    It 'Shows in the list of its job what is replicated, and in that of an error what to do' {
        $job = Start-LitestreamReplication "$folder/shop.db" "$folder/replica"
        $text = $job | Format-List | Out-String
        Stop-Job $job
        $text | Should -Match 'DatabasePath +: \{.*shop\.db'
        $text | Should -Not -Match 'ManualResetEvent'
        $failure = $null
        Get-LitestreamGeneration "$folder/nothing" -ErrorVariable failure -ErrorAction SilentlyContinue
        $text = $failure[0].Exception | Format-List | Out-String
        $text | Should -Match 'ErrorId +: ReplicaNotFound'
        $text | Should -Match 'Hint +: \S'
        $text | Should -Not -Match 'StackTrace'
    }

    It 'Leaves the job running when the module is removed' {
        Invoke-Session '$job = Start-LitestreamReplication ./shop.db ./replica; Remove-Module Litestream; $job.State; Stop-Job $job; $job.State; Remove-Job $job; @(Get-Job).Count' |
            Should -Be Running, Stopped, 0
    }

    It 'Waits for a job with Receive-Job -Wait -AutoRemoveJob' {
        $script = @'
$job = Start-LitestreamReplication ./shop.db ./replica
$kinds = $job | Receive-Job -Wait -AutoRemoveJob | ForEach-Object { if ($_.Kind -eq 'SnapshotShipped') { Stop-LitestreamReplication ./shop.db }; $_.Kind }
$kinds[-1]
@(Get-Job).Count
'@
        Invoke-Session $script | Should -Be Stopped, 0
    }
}

Describe 'A job that nobody receives' {
    BeforeAll {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        Invoke-Shop create "$folder/shop.db"
        Invoke-Selling "$folder/shop.db"
        $job = Start-LitestreamReplication "$folder/shop.db" "$folder/replica"
        Wait-Until { (Get-LitestreamReplication "$folder/shop.db").State -eq 'Running' }

        # From where the engine tells its events: nothing that a user can do makes ten thousand in a short time.
        function Get-Private($Object, [string] $Name) {
            $Object.GetType().GetField($Name, [System.Reflection.BindingFlags]'Instance, NonPublic').GetValue($Object)
        }
        $sessions = Get-Private (Get-Private $job _group) _sessions
        $replicator = Get-Private $sessions[0] _replicator
        $warn = $replicator.GetType().GetMethod('Warn')
        $kind, $exception = $warn.GetParameters().ParameterType
        $code = $exception.GetProperty('Code').PropertyType
    }

    AfterAll { Stop-Everything }

    It 'Keeps the last of ten thousand events, goes on, and ends' {
        $before = [GC]::GetTotalMemory($true)
        foreach ($number in 1..10000) {
            $trouble = [Activator]::CreateInstance($exception, [object[]]([Enum]::ToObject($code, 0), "$number $('x' * 4KB)", 'a target', 'a hint', $null))
            $null = $warn.Invoke($replicator, @([Enum]::Parse($kind, 'ControlUnavailable'), $trouble))
        }
        Wait-Until { $job.Warning.Count -gt 0 -and $job.Warning[-1].Message -like '*: 10000 x*' }

        $job.Warning.Count | Should -BeLessOrEqual 1000
        $job.Output.Count | Should -BeLessOrEqual 1000
        # all of them, each in two streams, would be more than 150 MB
        [GC]::GetTotalMemory($true) - $before | Should -BeLessThan 60MB
        $job.State | Should -Be Running
        Invoke-Selling "$folder/shop.db"
        $null = Sync-LitestreamDatabase "$folder/shop.db"
        $null = Restore-LitestreamDatabase "$folder/replica" "$folder/restored.db"
        Invoke-Shop list "$folder/restored.db" | Should -Be (Invoke-Shop list "$folder/shop.db")
        Stop-Job $job
        $job.State | Should -Be Stopped
    }
}
