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

    It 'Offers nothing of S3' {
        Complete 'Get-LitestreamSnapshot s3://bucket/app ' | Should -BeNullOrEmpty
    }
}
