BeforeDiscovery {
    $help = [xml](Get-Content -Raw -LiteralPath "$PSScriptRoot/../../src/Litestream.PowerShell/en-US/Litestream.PowerShell.dll-Help.xml")
    $examples = foreach ($command in $help.helpItems.command) {
        $number = 0
        foreach ($example in $command.examples.example) {
            # a store is not here, and nobody who could be asked for a credential
            if ($example.code -notmatch 'Get-Credential') { @{ Cmdlet = $command.details.name; Number = ++$number; Code = $example.code } }
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # The places of the examples, in a folder.
    $made = (New-Item -ItemType Directory "$TestDrive/made").FullName
    Push-Location $made
    $null = New-Item -ItemType Directory reports
    Invoke-Shop create "$made/app.db"
    Invoke-Selling "$made/app.db" -Orders 1
    Set-Content litestream.yml "dbs:`n  - path: app.db`n    replicas: [{ name: s3, path: configured }]"
    foreach ($replica in 'replica', 'backup/app', 'bucket/app', 'all/one', 'all/two') {
        $null = Sync-LitestreamDatabase ./app.db "./$replica" -MetadataPath "./meta/$replica"
    }
    $null = Sync-LitestreamDatabase -ConfigPath ./litestream.yml
    Copy-Item app.db app.db.before-restore-20300501T120000Z
    Pop-Location

    function ConvertTo-Local([string] $Code, [string] $Generation) {
        $Code -replace 's3://bucket/', './bucket/' -replace './bucket/all', './all' -replace ' /backup\b', ' ./backup' -replace '/srv/(app/)?app.db', './app.db' `
            -replace '/etc/litestream.yml', './litestream.yml' -replace '/var/tmp/drill', './drill' -replace '0123456789abcdef', $Generation `
            -replace ' -Wait\b', '' -replace "WHERE day >= date\('now', '-1 day'\)", '' -replace '1MB', '1KB' `
            -replace "^Get-LitestreamDatabase \|", 'Get-LitestreamDatabase -ConfigPath ./litestream.yml |'
    }
}

Describe 'Example' {
    BeforeEach {
        $folder = "$TestDrive/$([guid]::NewGuid())"
        Copy-Item $made $folder -Recurse
        Push-Location $folder
        $t = [datetime]::UtcNow
    }

    AfterEach {
        Stop-Everything
        Pop-Location
    }

    It '<number> of <cmdlet> runs' -ForEach $examples {
        $local = ConvertTo-Local $code (Get-LitestreamGeneration ./replica).Generation
        if ($local -match 'Remove-LitestreamGeneration$') {
            # one of two, as the last one would be refused
            Remove-Item ./replica -Recurse
            New-NotesReplica "$folder/replica"
            $local = ($local -replace '2030-05-01', '2026-05-01 12:00:45Z') + ' -Confirm:$false'
        }
        if ($local -match 'Receive-Job \$job|Get-LitestreamReplication \||^Stop-LitestreamReplication') {
            $job = $local -match '-ConfigPath' ? (Start-LitestreamReplication -ConfigPath ./litestream.yml) : (Start-LitestreamReplication ./app.db ./live)
            Wait-Until { Test-Path ./live/generations/*/snapshots/*, ./configured/generations/*/snapshots/* -PathType Leaf | Where-Object { $_ } }
        }

        $failures = @()
        & ([scriptblock]::Create($local)) -ErrorVariable failures | Out-String | Out-Null
        $failures | Should -BeNullOrEmpty
    }
}
