<#
.SYNOPSIS
Builds, tests or packs the module. All of it is dotnet; this only gives it short names.

.EXAMPLE
./build.ps1
Stages the module in out/Litestream.

.EXAMPLE
./build.ps1 -Task Test
Runs the unit tests, and the Pester tests in a session of their own.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Package')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
$solution = Join-Path $PSScriptRoot 'Litestream.sln'

function Invoke-Program([string] $Program, [string[]] $Arguments) {
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "'$Program $Arguments' ended with $LASTEXITCODE." }
}

switch ($Task) {
    Build {
        Invoke-Program dotnet @('build', $solution, '-c', $Configuration)
    }
    Test {
        Invoke-Program dotnet @('test', $solution, '-c', $Configuration)
        # NonInteractive: a forgotten parameter fails instead of asking
        $pester = "Invoke-Pester -Path '$PSScriptRoot/tests/Pester' -CI"
        Invoke-Program (Get-Process -Id $PID).Path @('-NoProfile', '-NonInteractive', '-Command', $pester)
    }
    Package {
        Invoke-Program dotnet @('build', (Join-Path $PSScriptRoot 'src/Litestream.PowerShell'), '-c', $Configuration, '-t:PackageModule')
    }
}
