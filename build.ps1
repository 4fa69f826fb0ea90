<#
.SYNOPSIS
Builds, tests or packs the module. All of it is dotnet; this only gives it short names.

.EXAMPLE
./build.ps1
Stages the module in out/Litestream.

.EXAMPLE
./build.ps1 -Task Test
Runs the unit tests, and the Pester tests in a session of their own. Pester 5 is fetched from the PowerShell Gallery where it is missing, into
artifacts/modules: nothing is installed.
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
$modules = Join-Path $PSScriptRoot 'artifacts/modules'

function Invoke-Program([string] $Program, [string[]] $Arguments) {
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "'$Program $Arguments' ended with $LASTEXITCODE." }
}

# The manifest of the Pester to use.
function Get-Pester {
    $found = Get-Module -ListAvailable Pester, "$modules/Pester" -ErrorAction Ignore | Where-Object { $_.Version.Major -eq 5 } | Sort-Object Version | Select-Object -Last 1
    if ($found) { return $found.Path }
    if (-not (Get-Command Save-PSResource -ErrorAction Ignore)) {
        throw 'Pester 5 is missing, and so is Microsoft.PowerShell.PSResourceGet, which would fetch it. Install one of them.'
    }
    $null = New-Item -ItemType Directory $modules -Force
    Save-PSResource Pester -Version '[5.7.0, 6.0.0)' -Repository PSGallery -TrustRepository -Path $modules
    (Get-Module -ListAvailable "$modules/Pester").Path
}

switch ($Task) {
    Build {
        Invoke-Program dotnet @('build', $solution, '-c', $Configuration)
    }
    Test {
        # first, so that a missing one is told before the long part
        $pester = Get-Pester
        Invoke-Program dotnet @('test', $solution, '-c', $Configuration)
        # NonInteractive: a forgotten parameter fails instead of asking
        $pester = "Import-Module '$pester'; Invoke-Pester -Path '$PSScriptRoot/tests/Pester' -CI"
        Invoke-Program (Get-Process -Id $PID).Path @('-NoProfile', '-NonInteractive', '-Command', $pester)
    }
    Package {
        Invoke-Program dotnet @('build', (Join-Path $PSScriptRoot 'src/Litestream.PowerShell'), '-c', $Configuration, '-t:PackageModule')
    }
}
