BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # What the tab key offers, but for the files that PowerShell offers where it knows nothing.
    function Complete([string] $Line) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches | Where-Object ResultType -eq ParameterValue
    }
}

Describe 'Completion' {
    BeforeAll {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        Push-Location $folder
        New-NotesReplica "$folder/notes"
    }

    AfterAll {
        Stop-Everything
        Pop-Location
    }

    It 'Offers generations of a folder with their last snapshot, the newest first' {
        $offered = Complete 'Restore-LitestreamDatabase ./notes ./x.db -Generation '
        $offered.CompletionText | Should -Be $Later, $Earlier
        $offered[0].ToolTip | Should -Be 'last snapshot 2026-05-01 12:01:00 UTC'
    }

    It 'Offers indexes of a generation' {
        $offered = Complete "Restore-LitestreamDatabase ./notes ./x.db -Generation $Earlier -Index "
        $offered.CompletionText | Should -Be 0
        $offered.ToolTip | Should -Be 'snapshot, 2026-05-01 12:00:00 to 2026-05-01 12:00:30 UTC'
    }

    It 'Offers what runs, by the name of the file' {
        Invoke-Shop create "$folder/shop.db"
        $null = Start-LitestreamReplication ./shop.db ./replica
        (Complete 'Stop-LitestreamReplication sh').CompletionText | Should -Be "$folder/shop.db"
    }

    It 'Offers the databases of a configuration' {
        Set-Content "$folder/litestream.yml" "dbs:`n  - path: shop.db`n    replicas: [{ path: replica }]"
        (Complete 'Start-LitestreamReplication -ConfigPath ./litestream.yml -Database ').CompletionText | Should -Be shop.db
    }

    It 'Offers a database with brackets in its name so that it is found' {
        Set-Content "$folder/brackets.yml" "dbs:`n  - path: 'app[1].db'`n    replicas: [{ path: replica }]"
        $line = 'Get-LitestreamDatabase -ConfigPath ./brackets.yml -Database '
        (& ([scriptblock]::Create($line + (Complete $line).CompletionText))).Database | Should -Be "$folder/app[1].db"
        (& ([scriptblock]::Create($line + "'app[1].db'"))).Database | Should -Be "$folder/app[1].db"
    }

    It 'Offers what <cmdlet> can take of the replicas that a configuration names' -ForEach @(
        @{ Cmdlet = 'Get-LitestreamGeneration' }, @{ Cmdlet = 'Get-LitestreamSnapshot' }, @{ Cmdlet = 'Get-LitestreamWalSegment' }
        @{ Cmdlet = 'Get-LitestreamRestorePoint' }, @{ Cmdlet = 'Test-LitestreamReplica' }, @{ Cmdlet = 'Test-LitestreamBackup' }
        @{ Cmdlet = 'Restore-LitestreamDatabase' }
    ) {
        Set-Content "$folder/notes.yml" "dbs:`n  - path: notes.db`n    replicas: [{ name: files, path: notes }, { name: s3, url: 's3://bucket/notes' }]"
        $line = "$cmdlet -ConfigPath ./notes.yml"
        $offered = Complete "$line -Generation "
        $offered.CompletionText | Should -Be $Later, $Earlier
        $offered[0].ToolTip | Should -Be 'notes.db to files: last snapshot 2026-05-01 12:01:00 UTC'
        (Complete "$line -Database ").CompletionText | Should -Be notes.db
        (Complete "$line -Database notes.db -ReplicaName ").CompletionText | Should -Be files, s3
        if ((Get-Command $cmdlet).Parameters['Index']) { (Complete "$line -Generation $Earlier -Index ").CompletionText | Should -Be 0 }
    }

    It 'Leaves out no parameter that takes a generation, an index, a database of a configuration or a replica of one' {
        $without = foreach ($command in Get-Command -Module Litestream) {
            $command.Parameters.Values | Where-Object Name -in Generation, Index, Database, ReplicaName |
                Where-Object { -not $_.Attributes.Where{ $_ -is [ArgumentCompleter] } } | ForEach-Object { "$($command.Name) -$($_.Name)" }
        }
        $without | Should -BeNullOrEmpty
    }

    It 'Offers nothing of S3' {
        Complete 'Get-LitestreamSnapshot s3://bucket/app ' | Should -BeNullOrEmpty
    }
}
