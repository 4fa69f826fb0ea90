# The source of the manifest. Imported from here it loads the module that `dotnet build` stages in the folder 'out', or says
# that it is not built. The staged copy, made by src/Litestream.PowerShell/Staging.targets, has its paths relative to itself and no
# ScriptsToProcess.
@{
    RootModule           = 'out/Litestream/Litestream.PowerShell.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = 'c6a370e3-3218-4271-8638-fbf000b66131'
    Author               = 'Litestream for PowerShell contributors'
    CompanyName          = 'Litestream for PowerShell contributors'
    Copyright            = 'Copyright (c) Litestream for PowerShell contributors. Apache-2.0.'
    Description          = 'Streaming replication of live SQLite databases and restore to any committed moment, in the replica format of Litestream 0.3.'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '7.4'
    ScriptsToProcess     = @('src/Litestream.PowerShell/RequireBuild.ps1')
    FormatsToProcess     = @('src/Litestream.PowerShell/Litestream.Format.ps1xml')
    CmdletsToExport      = @(
        'Get-LitestreamGeneration'
        'Get-LitestreamReplication'
        'Get-LitestreamSnapshot'
        'Get-LitestreamWalSegment'
        'Restore-LitestreamDatabase'
        'Start-LitestreamReplication'
        'Stop-LitestreamReplication'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('sqlite', 'backup', 'replication', 'restore', 'disaster-recovery', 'litestream', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
