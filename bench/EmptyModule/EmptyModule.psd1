@{
    RootModule        = 'EmptyModule.dll'
    ModuleVersion     = '0.1.0'
    GUID              = '0f0c8e3e-5f43-4a55-9d0c-2f0f6f6f9b11'
    CmdletsToExport   = @('Get-Nothing')
    FunctionsToExport = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
