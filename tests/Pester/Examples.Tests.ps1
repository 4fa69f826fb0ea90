BeforeDiscovery {
    $folder = "$PSScriptRoot/../../src/Litestream.PowerShell/en-US"
    $help = [xml](Get-Content -Raw -LiteralPath "$folder/Litestream.PowerShell.dll-Help.xml")
    $examples = foreach ($command in $help.helpItems.command) {
        $number = 0
        foreach ($example in $command.examples.example) { @{ Cmdlet = $command.details.name; Number = ++$number; Code = $example.code } }
    }

    # the paragraphs of topics that are commands from their first line to their last, or are indented as only commands are
    $begin = '^    (\$\w+ = \S|(15 3 \* \* \*  )?pwsh -NoProfile|[A-Z][a-z]+-[A-Z]\w+ (-|\./|/|s3:|litestream-|backup |Microsoft\.))'
    $commands = foreach ($topic in Get-Item "$folder/about_*.help.txt") {
        $number = 0
        foreach ($paragraph in (Get-Content -Raw -LiteralPath $topic) -split '\r?\n\r?\n' -replace '^[A-Z].*\r?\n') {
            $lines = $paragraph.Trim("`r", "`n") -replace '(`|\|)\r?\n *' -split '\r?\n'
            if (-not ($lines -cnotmatch $begin) -or -not ($lines -notmatch '^ {7}')) { @{ Cmdlet = $topic.Name -replace '\..*'; Number = ++$number; Code = $paragraph } }
        }
    }
    $examples += $commands | Where-Object Cmdlet -ne about_Litestream_Credentials
    $credentials = $commands | Where-Object Cmdlet -eq about_Litestream_Credentials
    $found = @{ Topics = @($commands.Cmdlet | Sort-Object -Unique) }
    $topic = @{ Count = @($credentials).Count; Code = $credentials.Code -join "`n" }

    # those that pick of a list what to restore
    $pick = '^Get-Litestream(RestorePoint|WalSegment|Generation) (\./replica|\$minio) .*\| Restore-LitestreamDatabase'
    $shown = $examples.Code + (Get-Content "$PSScriptRoot/../../README.md") -split '\r?\n'
    $picks = @($shown -match $pick | Select-Object -Unique | ForEach-Object { @{ Code = $_ } })
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
    Copy-Item app.db shop.db
    Pop-Location

    function ConvertTo-Local([string] $Code, [string] $Generation) {
        $drill = "& '$((Get-Process -Id $PID).Path)' -NoProfile -NonInteractive -File '$Repository/samples/`$1' -Module '$Manifest'"
        $Code -replace '15 3 \* \* \*  pwsh -NoProfile -NonInteractive -File /opt/litestream/(\S+)', $drill -replace 'pwsh -NoProfile -NonInteractive -Command "(.*)"', '$1' -replace 's3://bucket/', './bucket/' -replace './bucket/all', './all' -replace ' /backup\b', ' ./backup' -replace '/srv/(app/)?app.db', './app.db' `
            -replace '/mnt/backup/', './backup/' -replace '/etc/litestream.yml', './litestream.yml' -replace '/var/tmp/drill', './drill' `
            -replace '0123456789abcdef', $Generation -replace ' -Wait\b', '' -replace "WHERE day >= date\('now', '-1 day'\)", '' -replace '1MB', '1KB' `
            -replace "^Get-LitestreamDatabase \|", 'Get-LitestreamDatabase -ConfigPath ./litestream.yml |'
    }

    # Where a credential is good for something.
    function Get-ExampleStore {
        if (-not $script:store) { $script:store = Start-Store backups, bucket }
        $script:store
    }

    function New-Key { [pscredential]::new('key', (ConvertTo-SecureString secret -AsPlainText -Force)) }
}

AfterAll {
    if ($script:store) { Stop-Process -Id $script:store.Id }
}

Describe 'Example' {
    BeforeEach {
        $folder = "$TestDrive/$([guid]::NewGuid())"
        Copy-Item $made $folder -Recurse
        Push-Location $folder
        $t = [datetime]::UtcNow
        Mock Get-Credential { New-Key }
    }

    AfterEach {
        Stop-Everything
        Pop-Location
    }

    It '<number> of <cmdlet> runs' -ForEach $examples {
        $local = ConvertTo-Local $code (Get-LitestreamGeneration ./replica).Generation
        if ($local -match 'Get-Credential') {
            if (-not (Get-ExampleStore)) { Set-ItResult -Skipped -Because 'moto_server is not here' }
            # the job has begun when the next line looks
            $local = $local -replace 'https://minio.example.com:9000', (Get-ExampleStore).Endpoint `
                -replace '(?m)^Start-LitestreamReplication (.*)$', 'Start-LitestreamReplication $1; $null = Sync-LitestreamDatabase ./shop.db'
        }
        if ($local -match 'Remove-LitestreamGeneration$') {
            # one of two, as the last one would be refused
            Remove-Item ./replica -Recurse
            New-NotesReplica "$folder/replica"
            $local = ($local -replace '2030-05-01', '2026-05-01 12:00:45Z') + ' -Confirm:$false'
        }
        if ($local -notmatch '\$job = ' -and $local -match 'Receive-Job \$job|Get-LitestreamReplication \||^Stop-LitestreamReplication') {
            # and is past its beginning, in which there is nothing yet that could be tested or restored
            if ($local -match '-ConfigPath') { $job = Start-LitestreamReplication -ConfigPath ./litestream.yml; $null = Sync-LitestreamDatabase -ConfigPath ./litestream.yml }
            else { $job = Start-LitestreamReplication ./app.db ./live; $null = Sync-LitestreamDatabase ./app.db }
        }

        # an error ends it
        $global:LASTEXITCODE = 0
        & ([scriptblock]::Create($local)) | Out-String | Out-Null

        $global:LASTEXITCODE | Should -Be 0
        Should -Invoke Get-Credential -Times ([regex]::Matches($code, 'Get-Credential').Count) -Exactly
    }

    It 'is found in each topic that has some' -ForEach $found {
        $topics | Should -Be 'about_Litestream', 'about_Litestream_Automation', 'about_Litestream_Credentials', 'about_Litestream_Errors', `
            'about_Litestream_Jobs', 'about_Litestream_Migration', 'about_Litestream_Safety'
    }

    It 'restores the newest of two generations: <code>' -ForEach $picks {
        Remove-Item ./replica -Recurse
        New-NotesReplica "$folder/replica"
        $minio = './replica'
        $t = [datetime]::new(2026, 5, 1, 12, 2, 0, [System.DateTimeKind]::Utc)

        $restored = & ([scriptblock]::Create($code))

        @($restored).Count | Should -Be 1
        $restored.Generation | Should -Be $Later
        $restored.RestoredTo | Should -Be ([System.DateTimeOffset]::new(2026, 5, 1, 12, 1, 20, [timespan]::Zero))
    }

    It 'of credentials, by hand and from a vault, are good for a store' -ForEach $topic {
        if (-not (Get-ExampleStore)) { Set-ItResult -Skipped -Because 'moto_server is not here' }
        $endpoint = (Get-ExampleStore).Endpoint
        Mock Read-Host { ConvertTo-SecureString token -AsPlainText -Force } -ParameterFilter { $AsSecureString }
        # they name no endpoint, as it is AWS
        $PSDefaultParameterValues = @{}
        foreach ($cmdlet in 'New-LitestreamReplica', 'Get-LitestreamGeneration', 'Sync-LitestreamDatabase') {
            $PSDefaultParameterValues["${cmdlet}:Endpoint"], $PSDefaultParameterValues["${cmdlet}:Region"] = $endpoint, 'us-east-1'
        }
        $null = Sync-LitestreamDatabase ./app.db s3://bucket/app -Credential (New-Key)

        # the vault, as its module has it: a PSCredential comes back as one, a text as a SecureString, and with -AsPlainText as a text
        $vaults = @{}
        function Install-PSResource([Parameter(Mandatory)] [string] $Name) { $null = $Name }
        function Register-SecretVault([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string] $ModuleName) {
            $null = $ModuleName
            $vaults[$Name] = @{}
        }
        function Set-SecretStoreConfiguration([ValidateSet('None', 'Password')] $Authentication, [ValidateSet('None', 'Prompt')] $Interaction) {
            $null = $Authentication, $Interaction
        }
        function Set-Secret([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] $Secret, [Parameter(Mandatory)] [string] $Vault) {
            $vaults[$Vault][$Name] = $Secret -is [string] ? (ConvertTo-SecureString $Secret -AsPlainText -Force) : $Secret
        }
        function Get-Secret([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string] $Vault, [switch] $AsPlainText) {
            $secret = $vaults[$Vault][$Name]
            if ($null -eq $secret) { throw "The secret $Name was not found." }
            $AsPlainText -and $secret -is [securestring] ? (ConvertFrom-SecureString $secret -AsPlainText) : $secret
        }

        $output = & ([scriptblock]::Create(($code -replace 'https://minio.example.com:9000', $endpoint)))

        $count | Should -Be 6
        Should -Invoke Get-Credential -Times 2 -Exactly
        Should -Invoke Read-Host -Times 1 -Exactly
        @($output | Where-Object { $_ -is [Litestream.PowerShell.Models.LitestreamGeneration] }).Count | Should -Be 2
        ($output | Select-Object -Last 1).DatabasePath | Should -Be "$folder/app.db"
        $vaults.backup.'litestream-app' | Should -BeOfType pscredential
    }
}
