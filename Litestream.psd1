# The source of the manifest, for use from here: it loads what `dotnet build` stages in the folder 'out', or says that nothing is
# built. The staged copy has the assembly as its RootModule, see src/Litestream.PowerShell/Staging.targets.
@{
    RootModule           = 'src/Litestream.PowerShell/FromBuild.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = 'c6a370e3-3218-4271-8638-fbf000b66131'
    Author               = 'Litestream for PowerShell contributors'
    CompanyName          = 'Litestream for PowerShell contributors'
    Copyright            = 'Copyright (c) Litestream for PowerShell contributors. Apache-2.0.'
    Description          = 'Streaming replication of live SQLite databases and restore to any committed moment, in the replica format of Litestream 0.3.'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '7.4'
    CmdletsToExport      = @(
        'Export-LitestreamReport'
        'Find-LitestreamReplica'
        'Get-LitestreamDatabase'
        'Get-LitestreamGeneration'
        'Get-LitestreamReplication'
        'Get-LitestreamRestorePoint'
        'Get-LitestreamSnapshot'
        'Get-LitestreamWalSegment'
        'New-LitestreamReplica'
        'Remove-LitestreamGeneration'
        'Restore-LitestreamDatabase'
        'Start-LitestreamReplication'
        'Stop-LitestreamReplication'
        'Sync-LitestreamDatabase'
        'Test-LitestreamBackup'
        'Test-LitestreamEnvironment'
        'Test-LitestreamReplica'
        'Undo-LitestreamRestore'
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
