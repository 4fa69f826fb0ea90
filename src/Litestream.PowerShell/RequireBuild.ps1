# Runs when the manifest at the root of the source is imported, before the module's assembly is looked for. In a block of its own,
# because such a script shares its variables with whoever imports.
& {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    if (-not [System.IO.File]::Exists("$root/out/Litestream/Litestream.PowerShell.dll")) {
        throw "Litestream is not built yet. Run 'dotnet build $root/Litestream.sln', then import it again."
    }
}
