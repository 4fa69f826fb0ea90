BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $cmdlets = Get-Command -Module Litestream
    $tested = Get-ChildItem $PSScriptRoot -Filter '*-*.Tests.ps1' | ForEach-Object { $_.Name -replace '\.Tests\.ps1$' } | Sort-Object
}

Describe 'Module' {
    It 'Has a valid manifest' {
        (Test-ModuleManifest $Manifest).ExportedCmdlets.Keys | Sort-Object | Should -Be $tested
    }

    It 'Exports what has tests here, and nothing else' {
        $cmdlets.Name | Sort-Object | Should -Be $tested
    }

    It 'Uses approved verbs' {
        $cmdlets.Verb | Should -BeIn (Get-Verb).Verb
    }

    It 'Has help for every cmdlet' {
        foreach ($cmdlet in $cmdlets) {
            $help = Get-Help $cmdlet.Name -Full
            $help.Synopsis | Should -Not -BeLike "*$($cmdlet.Name)*"
            $titles = @($help.examples.example.title)
            $titles.Count | Should -BeGreaterOrEqual 2
            $titles | Should -Be @(1..$titles.Count | ForEach-Object { "Example $_" }) -Because "it is in the help of $cmdlet"
        }
    }

    It 'Has the topic <topic>' -ForEach @(
        @{ Topic = 'about_Litestream'; Says = 'RESTORE DRILLS' }
        @{ Topic = 'about_Litestream_Automation'; Says = 'SCHEDULED TASK' }
        @{ Topic = 'about_Litestream_Credentials'; Says = 'SECRETMANAGEMENT' }
        @{ Topic = 'about_Litestream_Errors'; Says = 'ReplicaNotFound (ObjectNotFound)' }
        @{ Topic = 'about_Litestream_Jobs'; Says = 'OTHER PROCESSES' }
        @{ Topic = 'about_Litestream_Migration'; Says = 'THE WAY BACK' }
        @{ Topic = 'about_Litestream_Safety'; Says = 'LOCK TRAP' }
    ) {
        Get-Help $topic | Out-String | Should -BeLike "*$says*"
    }

    It 'Gives each parameter the same type everywhere' {
        $types = $cmdlets.Parameters.Values | Group-Object Name
        # but for -Generation of Remove-, which takes several
        foreach ($name in 'Replica', 'Index', 'LiteralPath') {
            ($types | Where-Object Name -eq $name).Group.ParameterType | Select-Object -Unique | Should -HaveCount 1
        }
    }

    It 'Imports from the root of the source in a new session' {
        $script = "Import-Module '$Repository/Litestream.psd1'; (Get-Command -Module Litestream).Name | Sort-Object"
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script | Should -Be $tested
    }

    It 'Loads neither engine nor libraries at import' {
        $script = "Import-Module '$Manifest'; [System.AppDomain]::CurrentDomain.GetAssemblies().ForEach({ `$_.GetName().Name })"
        $assemblies = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script
        $assemblies | Should -Contain Litestream.PowerShell
        $assemblies -match '^(Litestream\.Engine|AWSSDK\.|Microsoft\.Data\.Sqlite|SQLitePCLRaw\.|K4os\.|YamlDotNet|Handlebars)' | Should -BeNullOrEmpty
    }
}
