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

.EXAMPLE
./build.ps1 -Task Coverage
Runs the engine's unit tests and shows, for each of its folders, how many lines and branches they reach. What they do not reach is in the property Missed:
./build.ps1 -Task Coverage | Where-Object Folder -eq Format | Select-Object -ExpandProperty Missed
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Coverage', 'Package')]
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

# One object for each folder of the engine. A line counts once, the branches of all that the compiler makes of it count.
function Get-Coverage([string] $Report) {
    $lines = foreach ($class in ([xml](Get-Content $Report -Raw)).SelectNodes('//class')) {
        $file = $class.filename -replace '\\', '/'
        if ($file -notmatch '/src/Litestream\.Engine/(?!obj/)(?<path>.+)$') { continue }
        $path = $Matches.path
        foreach ($line in $class.SelectNodes('lines/line')) {
            $reached, $branches = if ($line.'condition-coverage' -match '\((\d+)/(\d+)\)') { [int]$Matches[1], [int]$Matches[2] } else { 0, 0 }
            [pscustomobject]@{ Path = $path; Line = [int]$line.number; Hit = $line.hits -ne '0'; Reached = $reached; Branches = $branches }
        }
    }
    $merged = $lines | Group-Object Path, Line | ForEach-Object {
        $first, $sum = $_.Group[0], ($_.Group | Measure-Object Reached, Branches -Sum)
        [pscustomobject]@{
            Folder = $first.Path -match '/' ? $first.Path.Split('/')[0] : '.'
            Path = $first.Path
            Line = $first.Line
            Hit = $_.Group.Hit -contains $true
            Reached = [int]$sum[0].Sum
            Branches = [int]$sum[1].Sum
        }
    }
    foreach ($folder in $merged | Group-Object Folder | Sort-Object Name) {
        $hit, $sum = @($folder.Group | Where-Object Hit).Count, ($folder.Group | Measure-Object Reached, Branches -Sum)
        [pscustomobject]@{
            Folder = $folder.Name
            Lines = $folder.Count
            LinesReached = '{0:p2}' -f ($hit / $folder.Count)
            Branches = [int]$sum[1].Sum
            BranchesReached = '{0:p2}' -f ($sum[0].Sum / [Math]::Max(1, $sum[1].Sum))
            Missed = @($folder.Group | Where-Object { -not $_.Hit -or $_.Reached -lt $_.Branches } | Sort-Object Path, Line | ForEach-Object {
                '{0}:{1} {2}' -f $_.Path, $_.Line, ($_.Hit ? "$($_.Reached) of $($_.Branches) branches" : 'not reached') })
        }
    }
}

switch ($Task) {
    Build {
        Invoke-Program dotnet @('build', $solution, '-c', $Configuration)
    }
    Test {
        # first, so that a missing one is told before the long part
        $pester = Get-Pester
        # both parts run, whatever the first says
        $failure = $null
        try { Invoke-Program dotnet @('test', $solution, '-c', $Configuration) } catch { $failure = $_ }
        # NonInteractive: a forgotten parameter fails instead of asking
        $pester = "Import-Module '$pester'; Invoke-Pester -Path '$PSScriptRoot/tests/Pester' -CI"
        Invoke-Program (Get-Process -Id $PID).Path @('-NoProfile', '-NonInteractive', '-Command', $pester)
        if ($failure) { throw $failure }
    }
    Coverage {
        $results = Join-Path $PSScriptRoot 'artifacts/coverage'
        if (Test-Path $results) { Remove-Item $results -Recurse }
        $tests = Join-Path $PSScriptRoot 'tests/Unit'
        Invoke-Program dotnet @('test', "$tests/Litestream.Engine.Tests", '-c', $Configuration, '--collect', 'Code Coverage',
            '--settings', "$tests/coverage.runsettings", '--results-directory', $results) | Out-Host
        Get-ChildItem $results -Filter *.cobertura.xml -Recurse | ForEach-Object { Get-Coverage $_.FullName }
    }
    Package {
        Invoke-Program dotnet @('build', (Join-Path $PSScriptRoot 'src/Litestream.PowerShell'), '-c', $Configuration, '-t:PackageModule')
    }
}
